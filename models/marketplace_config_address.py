# SPDX-License-Identifier: LGPL-3.0-or-later
import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..adapters.wire.address import is_loopback, is_private
from .marketplace_config import SECRETS


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
             "of the answers: whoever sets up marketplaces could use that to look around in your network. It is for "
             "this address only: another host needs the tick anew.")

    @api.onchange("base_url")
    def _onchange_base_url(self):
        if self._origin and _host(self.base_url) != _host(self._origin.base_url):
            self.allow_private = False

    def write(self, vals):
        hosts = {account: _host(account.base_url) for account in self}
        result = super().write(vals)
        moved = self.filtered(lambda account: _host(account.base_url) != hosts[account])
        if moved:
            moved._forget_secrets(but=[name for name in SECRETS if vals.get(name)])
        if "allow_private" not in vals:
            # Whoever ticked it spoke of the former host. Where the new one is private, this is refused.
            moved.filtered("allow_private").allow_private = False
        return result

    def _forget_secrets(self, but):
        """Forget what was entered for another host: secrets don't come out by being sent to one's own.

        :param but: the names of those entered just now
        """
        self.env["marketplace.credential"].sudo().search([
            ("config_id", "in", self.ids), ("key", "not in", but)]).unlink()

    def copy_data(self, default=None):
        if default and "base_url" in default:
            default = {"allow_private": False, **default}
        return super().copy_data(default)

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


def _host(text):
    """The host of an address, "" for what is none."""
    url = _shop_address(text, with_path=True)
    return url.hostname if url else ""


def _shop_address(text, with_path=False):
    """The parts of an address that is nothing but a scheme, a host and perhaps a port, else None.

    :param with_path: a path may follow
    """
    try:
        url = urlsplit(text or "")
        bare = f"{url.scheme}://{url.netloc}" + (url.path if with_path else "")
        is_bare = url.port != 0 and "@" not in url.netloc and text.lower() == bare.lower()
    except (ValueError, AttributeError):  # an impossible port, a bracket that is not closed, nothing at all
        return None
    return url if is_bare and re.fullmatch(r"[\w.:-]+", url.hostname or "") else None
