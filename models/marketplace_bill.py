# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models

from ..adapters.words import _lt
from ..pipeline.explosion import Explosion
from .marketplace_bill_reader import read_book
from .overrides import is_overridden

# What decides which components a kit has, and the modules whose overrides `pipeline.explosion` reproduces:
# `purchase_mrp` only adds shares of the cost.
DECISIVE = {
    "mrp.bom": ("explode", "_bom_find", "_bom_find_domain", "_round_last_line_done"),
    "mrp.bom.line": ("_prepare_bom_done_values", "_prepare_line_done_values", "_skip_bom_line"),
    "uom.uom": ("_compute_quantity", "is_zero", "round"),
}
KNOWN_MODULES = {"mrp", "purchase_mrp", "uom"}


class MarketplaceBill(models.AbstractModel):
    """What kits are made of, thousands in a few queries: phantom bills of materials, opened as Odoo opens them."""

    _name = "marketplace.bill"
    _description = "Bills of materials of kits"

    @api.model
    def _of_products(self, company, product_ids):
        """What those of the products that are kits in a company are made of.

        Nothing is raised for bills that contain each other: those have a `loop`, and Odoo must not be asked for the
        quantity of such a kit, for it would never answer.

        :param company: a res.company: its own bills of materials count, and those of no company
        :param product_ids: ids of product.product, archived ones too
        :return: dict product id -> `pipeline.kits.Bill`, without what is no kit; empty where there is no `mrp`
        """
        if "mrp.bom" not in self.env:
            return {}
        explosion = Explosion(read_book(self.env, company.id, product_ids))
        bills = {product_id: explosion.bill(product_id) for product_id in product_ids}
        return {product_id: bill for product_id, bill in bills.items() if bill}

    @api.model
    def _is_ours(self):
        """Whether Odoo's own modules alone decide what kits are made of; else only Odoo can be asked."""
        return not any(
            is_overridden(self.env[name], methods, KNOWN_MODULES)
            for name, methods in DECISIVE.items() if name in self.env
        )

    @api.model
    def _reason_of_loop(self, bill):
        """Why nobody can tell how many there are of a kit whose bill has a `loop`, for people."""
        products = self.env["product.product"].sudo().browse([*bill.loop, bill.loop[0]])
        return _lt(
            "These kits contain each other: %(kits)s. How many there are can't be told until one of their bills of "
            "materials is changed.", kits=" → ".join(product.display_name for product in products))
