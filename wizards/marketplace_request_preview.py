# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class MarketplaceRequestPreview(models.TransientModel):
    """A request as it would be sent, to look at."""

    _name = "marketplace.request.preview"
    _description = "Preview of a request"
    _rec_name = "url"

    method = fields.Char(readonly=True)
    url = fields.Char("Address", readonly=True)
    headers = fields.Text(readonly=True)
    body = fields.Text(readonly=True)
