# SPDX-License-Identifier: LGPL-3.0-or-later
import logging

from odoo import fields, models

from .drain_run import COLLISIONS
from .words import said

_logger = logging.getLogger(__name__)

STOPPED, DRIFT = "marketplace_sync.mail_template_account_stopped", "marketplace_sync.mail_template_drift"


class MarketplaceConfig(models.Model):
    """E-mails to the responsible, through Odoo's queue of mails: an account has stopped, a comparison found drift."""

    _inherit = "marketplace.config"

    mail_reports = fields.Boolean(
        "E-mail Reports", default=True,
        help="Write to the responsible when the account stops, and once a day at most when a comparison found numbers "
             "that were not what they should be.")
    drift_mailed_on = fields.Date(readonly=True, copy=False)

    def _stop(self, error):
        # Odoo would send an e-mail about the activity as well as ours, which follows once this is committed.
        follows = self.state != "error" and self._mail_template(STOPPED)
        account = self.with_context(mail_activity_quick_update=True) if follows else self
        return super(MarketplaceConfig, account)._stop(error)

    def _mail_stopped(self, reason):
        """Report that the account has stopped; where that fails, Odoo tells of the activity.

        :param reason: why, an `AdapterError`'s
        """
        if self._mail_template(STOPPED) and not self._mail_responsible(
                STOPPED, marketplace_reason=said(self.env, reason)):
            self.activity_search(["marketplace_sync.mail_activity_account_stopped"]).action_notify()

    def _mail_drift(self, record):
        """Report what a comparison found, unless that was done today.

        :param record: marketplace.reconcile
        """
        today = fields.Date.today()
        if record.drifted and self.drift_mailed_on != today and self._mail_responsible(
                DRIFT, marketplace_checked=record.checked,
                marketplace_drifted=record.drifted):
            self.drift_mailed_on = today

    def _mail_template(self, template):
        """The template to write to the responsible by, as superuser; none when nothing is to be written."""
        template = self.env.ref(template, raise_if_not_found=False)
        return template and self.mail_reports and self._whom_to_tell().email and template.sudo()

    def _mail_responsible(self, template, **context):
        """Put an e-mail into the queue, in the responsible's language.

        :param str template: its external id
        :param context: what it tells, as its `ctx`
        :return: whether there is one now
        :raise psycopg2.Error: one of COLLISIONS
        """
        template = self._mail_template(template)
        if not template:
            return False
        reader = self._whom_to_tell()
        try:
            with self.env.cr.savepoint():
                template.with_context(
                    marketplace_reader=reader.name, marketplace_lang=reader.lang, **context,
                ).send_mail(
                    self.id, email_values={"recipient_ids": [fields.Command.link(reader.partner_id.id)]},
                    email_layout_xmlid="mail.mail_notification_light")
        except COLLISIONS:
            raise  # the template is not to blame: whoever asked for this may try again
        except Exception:
            # Whatever somebody made of the template: pushing goes on all the same.
            _logger.exception("marketplace_sync: mail_failed account=%r account_id=%s", self.name, self.id)
            return False
        return True
