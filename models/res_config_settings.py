# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)

SHORTEST = 32  # characters of a token: a plain hash keeps only what nobody can try out


class ResConfigSettings(models.TransientModel):
    """Switches the metrics on and off. A new token is shown while it is chosen; only its hash is kept."""

    _inherit = "res.config.settings"

    marketplace_metrics = fields.Boolean(
        "Metrics for Prometheus", compute="_compute_marketplace_metrics", inverse="_inverse_marketplace_metrics",
        groups="base.group_system")
    marketplace_metrics_token = fields.Char(
        "Token", compute="_compute_marketplace_metrics_token", inverse="_inverse_marketplace_metrics", exportable=False,
        groups="base.group_system")

    marketplace_metrics_renewed = fields.Boolean("Make another token", groups="base.group_system")

    def _compute_marketplace_metrics(self):
        self.marketplace_metrics = self.env["marketplace.metrics"]._is_on()

    def _compute_marketplace_metrics_token(self):
        self.marketplace_metrics_token = False

    @api.onchange("marketplace_metrics", "marketplace_metrics_renewed")
    def _onchange_marketplace_metrics(self):
        """Suggest a token to whoever asks for one. Opening the settings comes by here as well, and asks for none."""
        wanted = self.marketplace_metrics and (
            self.marketplace_metrics_renewed or not self.env["marketplace.metrics"]._is_on())
        self.marketplace_metrics_token = wanted and secrets.token_urlsafe(SHORTEST)

    def _inverse_marketplace_metrics(self):
        metrics = self.env["marketplace.metrics"]
        for settings in self:
            token = settings.marketplace_metrics_token
            # Saving other settings brings no token, and leaves the one there is alone.
            if settings.marketplace_metrics and not token or not settings.marketplace_metrics and not metrics._is_on():
                continue
            if settings.marketplace_metrics and len(token) < SHORTEST:
                raise ValidationError(self.env._("A token has at least %s characters.", SHORTEST))
            metrics._switch(settings.marketplace_metrics and token)
            _logger.info("marketplace_sync: metrics switched=%s user_id=%s",
                         "on" if settings.marketplace_metrics else "off", self.env.uid)
