# SPDX-License-Identifier: LGPL-3.0-or-later
import logging

from odoo import fields, models

from .words import said

_logger = logging.getLogger(__name__)


class MarketplaceConfig(models.Model):
    """E-mails to the responsible, through Odoo's queue of mails: an account has stopped, a comparison found drift."""

    _inherit = "marketplace.config"

    mail_reports = fields.Boolean(
        "E-mail Reports", default=True,
        help="Write to the responsible when the account stops, and once a day at most when a comparison found numbers "
             "that were not what they should be.")
    drift_mailed_on = fields.Date(readonly=True, copy=False)

    def _stop(self, error):
        if self.state == "error":
            return super()._stop(error)  # it had stopped already
        mailed = self._mail_responsible(
            "marketplace_sync.mail_template_account_stopped", marketplace_reason=said(self.env, error.reason))
        # Odoo would send an e-mail about the activity as well.
        account = self.with_context(mail_activity_quick_update=True) if mailed else self
        return super(MarketplaceConfig, account)._stop(error)

    def _mail_drift(self, record):
        """Report what a comparison found, unless that was done today.

        :param record: marketplace.reconcile
        """
        today = fields.Date.today()
        if record.drifted and self.drift_mailed_on != today and self._mail_responsible(
                "marketplace_sync.mail_template_drift", marketplace_checked=record.checked,
                marketplace_drifted=record.drifted):
            self.drift_mailed_on = today

    def _mail_responsible(self, template, **context):
        """Put an e-mail into the queue, in the responsible's language.

        :param str template: its external id
        :param context: what it tells, as its `ctx`
        :return: whether there is one now
        """
        reader = self._whom_to_tell()
        template = self.env.ref(template, raise_if_not_found=False)
        if not (self.mail_reports and reader.email and template):
            return False
        try:
            with self.env.cr.savepoint():
                template = template.sudo().with_context(
                    marketplace_reader=reader.name, marketplace_lang=reader.lang, **context)
                template.send_mail(
                    self.id, email_values={"recipient_ids": [fields.Command.link(reader.partner_id.id)]},
                    email_layout_xmlid="mail.mail_notification_light")
        except Exception:
            # Whatever somebody made of the template: the account stops, and pushing goes on, all the same.
            _logger.exception("marketplace_sync: mail_failed account=%r account_id=%s", self.name, self.id)
            return False
        return True
