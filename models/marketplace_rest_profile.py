# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..adapters.rest import ProfileError
from ..adapters.rest.profile import SETTINGS
from ..adapters.rest.texts import from_texts
from .words import said


class MarketplaceRestProfile(models.Model):
    """How a REST marketplace is told quantities: what its requests and its answers look like.

    Its fields are those of `adapters.rest.RestProfile`, which also says what each of them means.
    """

    _name = "marketplace.rest.profile"
    _description = "Request format of a REST marketplace"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    note = fields.Text("Notes", translate=True, help="For yourself: whose format this is, where it is documented.")
    account_count = fields.Integer("Accounts", compute="_compute_account_count")

    # === AUTHENTICATION === #

    auth = fields.Selection(
        [("header", "Token in a header"), ("basic", "User name and password (Basic)"), ("query", "Key in the address"),
         ("none", "None")], "Authentication", default="header", required=True,
        help="The secret itself is entered on the account.")
    auth_name = fields.Char(
        "Header or Parameter", default="Authorization",
        help="Name of the header that holds the token, or of the parameter in the address.")
    token_format = fields.Char(default="Bearer {token}", help="What the header holds; {token} stands for the token.")

    # === REQUEST === #

    method = fields.Selection(
        [("POST", "POST"), ("PUT", "PUT"), ("PATCH", "PATCH")], default="POST", required=True)
    path = fields.Char(
        required=True, default="/",
        help="Behind the account's address. {sku}, {id} and {location} stand for those of the product; SKU and id only "
             "with one quantity a request.")
    shape = fields.Selection(
        [("list", "Many quantities: a list"), ("one", "One quantity")], "A Request Holds", default="list",
        required=True)
    list_key = fields.Char(
        "List Stands under",
        help="Such as payload.lines for {\"payload\": {\"lines\": [...]}}. Empty: it is the whole body.")
    batch_size = fields.Integer(
        "Quantities a Request", default=100, required=True, help="At most; the account may be set to fewer.")
    sku_field = fields.Char("Field for the SKU", default="sku", help="Empty: it is not sent.")
    id_field = fields.Char("Field for the Id", help="The shop's own id of the item. Empty: it is not sent.")
    quantity_field = fields.Char(
        "Field for the Quantity", default="quantity", required=True,
        help="Dots lead into objects: stock.available is {\"stock\": {\"available\": 5}}.")
    quantity_as_text = fields.Boolean(help="Send \"5\" and not 5.")
    in_stock_field = fields.Char(
        "Field for In Stock", help="Is sent as true while the quantity is above zero. Empty: it is not sent.")
    location_field = fields.Char("Field for the Location", help="Empty: it is not sent.")
    locations = fields.Char(help="The shop's codes for its locations, with commas between. Empty: it has one.")
    constants = fields.Text(
        "Further Fields", help="Sent with every quantity, as a JSON object: {\"currency\": \"EUR\"}")
    headers = fields.Text("Further Headers", help="One a line: Accept-Language: en. No secrets: users may read them.")

    # === ANSWER === #

    success_statuses = fields.Char(
        default="200, 201, 202, 204", required=True, help="HTTP statuses that mean the request was carried out.")
    any_content_type = fields.Boolean(
        "JSON of Any Content Type", help="Read an answer as JSON also when it says that it is something else.")
    failure = fields.Char(
        "Failed if", help="JMESPath, true when the whole request failed whatever its status: status == 'FAIL'")
    message = fields.Char("What Is Wrong", help="JMESPath for what the shop says of a failed request: error.message")
    results = fields.Char(
        "Results of Items",
        help="JMESPath for the list of results, or of errors, of single items: result.lines. Empty: the status counts "
             "for all.")
    result_ref = fields.Char("Item of a Result", help="JMESPath, in a result, for the SKU or the id: sku")
    result_ok = fields.Char(
        "Result Is Good if",
        help="JMESPath, in a result, true when the item was accepted: status == 'ok'. Empty: an item is accepted when "
             "its result has no error.")
    result_error = fields.Char(
        "Error of a Result",
        help="JMESPath, in a result, for what is wrong: message. With this and the one above empty, every result is an "
             "error.")
    unmentioned_ok = fields.Boolean(
        "Not Mentioned Is Accepted", help="For shops whose answer lists only what went wrong.")

    # === LOOKING UP === #

    test_path = fields.Char(
        help="Read by Test connection: an address that only answers with the right credentials. Empty: the test shows "
             "little more than that the shop is there.")
    lookup_path = fields.Char(
        "Search",
        help="Read to find a product by its {sku}. Empty: every SKU counts as an item of the shop; that it is none "
             "shows when its quantity is refused.")
    lookup_items = fields.Char("Items Found", help="JMESPath for the item found, or the list of them: data")
    lookup_id = fields.Char("Id of an Item", help="JMESPath, in an item: id")
    lookup_sku = fields.Char("SKU of an Item", help="JMESPath, in an item: sku. Items with another SKU are left out.")

    # === WHAT THE SHOP SHOWS === #

    read_path = fields.Char(
        "Read Quantities",
        help="Read to compare the shop's numbers with what it should show. With {sku} or {id} in it: one product a "
             "request. Without: all of them, page by page where it has {page}. Empty: the shop can't be compared.")
    look_path = fields.Char(
        "Read One Quantity at",
        help="Read instead of all quantities when only a few are wanted, as before little stock is written: an "
             "address with {sku} or {id} in it, and {location} where there are several. Its answer is read like the "
             "list, or is the item itself. Empty: the shop is not asked before writing, unless Read Quantities reads "
             "one product a request.")
    read_items = fields.Char(
        "Items Read", help="JMESPath for the item, or the list of them: data. Empty: the answer is the item.")
    read_ref = fields.Char("Item of a Quantity", help="JMESPath, in an item, for the SKU or the id: sku")
    read_location = fields.Char("Location of a Quantity", help="JMESPath, in an item, for the code of its location.")
    read_quantity = fields.Char("Quantity", help="JMESPath, in an item, for the quantity: stock.available")

    def _compute_account_count(self):
        accounts = dict(self.env["marketplace.config"]._read_group(
            [("rest_profile_id", "in", self.ids)], ["rest_profile_id"], ["__count"]))
        for profile in self:
            profile.account_count = accounts.get(profile, 0)

    @api.constrains(*SETTINGS)
    def _check_settings(self):
        labels = self.fields_get(SETTINGS, ["string"])
        for profile in self:
            try:
                profile._to_dataclass()
            except ProfileError as error:
                raise ValidationError(self.env._(
                    "%(setting)s: %(reason)s", setting=labels[error.field]["string"],
                    reason=said(self.env, error.reason))) from None

    def write(self, vals):
        self._check_own()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_own(self):
        self._check_own()

    def _check_own(self):
        """Formats belong to no company, but what a shop is sent is the business of those who run its account.

        :raise AccessError: an account of a company that is not the user's uses one of them
        """
        foreign = [("rest_profile_id", "in", self.ids), ("company_id", "not in", self.env.user.company_ids.ids)]
        if not self.env.su and self.env["marketplace.config"].sudo().with_context(active_test=False).search(
                foreign, limit=1):
            raise AccessError(self.env._(
                "Accounts of other companies use this format, too: duplicate it, and change the copy."))

    def copy_data(self, default=None):
        return [
            {**vals, "name": vals["name"] if default and "name" in default else self.env._("%s (copy)", profile.name)}
            for profile, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _to_dataclass(self):
        """This format for the adapter: an `adapters.rest.RestProfile`.

        :raise ProfileError: it can't work
        """
        self.ensure_one()
        return from_texts({name: self[name] for name in SETTINGS})
