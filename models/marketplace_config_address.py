# SPDX-License-Identifier: LGPL-3.0-or-later
import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..adapters.wire.address import is_loopback, is_private


class MarketplaceConfig(models.Model):
    """Where an account's shop is, and where it may not be: Odoo is not to be sent to what only this server reaches.

    What is seen of an address is checked here; what its name stands for, with each connection, in
    `adapters.wire.address`. A test store (`sandbox`) is no exception: it says nothing of where the store is.
    """

    _inherit = "marketplace.config"

    allow_private = fields.Boolean(
        "Private Address", tracking=True,
        help="Tick this only if the shop is in your own network or on this server, or its name leads there. Odoo then "
             "sends requests with this account's credentials to an address that outsiders can't reach, and shows parts "
             "of the answers: whoever sets up marketplaces could use that to look around in your network.")

    @api.constrains("platform", "base_url", "allow_private")
    def _check_base_url(self):
        for account in self:
            url = _shop_address(account.base_url, with_path=account.platform == "rest")
            if not url:
                raise ValidationError(self.env._(
                    "This is not a shop's address; one looks like https://my-shop.myshopify.com"))
            if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname)):
                raise ValidationError(self.env._("The shop's address has to begin with https://"))
            if is_private(url.hostname) and not account.allow_private:
                raise ValidationError(self.env._(
                    "%s is in a private network or this server itself, not on the internet. If your shop really is "
                    "there, tick Private Address.", url.hostname))


def _shop_address(text, with_path=False):
    """The parts of an address that is nothing but a scheme, a host and perhaps a port, else None.

    :param with_path: a path may follow
    """
    try:
        url = urlsplit(text)
        bare = f"{url.scheme}://{url.netloc}" + (url.path if with_path else "")
        is_bare = url.port != 0 and "@" not in url.netloc and text.lower() == bare.lower()
    except (ValueError, AttributeError):  # an impossible port, a bracket that is not closed, nothing at all
        return None
    return url if is_bare and re.fullmatch(r"[\w.:-]+", url.hostname or "") else None
