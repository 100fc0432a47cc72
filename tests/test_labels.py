# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is stored for the code, in words for people."""

from odoo import fields

from .draining import DrainCase


class TestLabels(DrainCase):

    def test_reasons(self):
        listing = self.listing(self.offer("LABEL", stock=5))
        waiting = self.env["stock.availability.dirty"]
        self.env.cr.flush()
        self.assertIn("Stock", waiting.search([("reason", "=", "quant")]).mapped("reason_name"))
        for reason, name in (
                ("pushed by hand", "Push Again"), ("stock field, expired lots", "Stock Field, Without Expired Lots"),
                ("another addon's", "another addon's")):
            listing._mark(reason)
            self.env.flush_all()
            self.assertEqual(waiting.search([("reason", "=", reason)])[:1].reason_name, name)

    def test_secrets(self):
        credentials = self.env["marketplace.credential"]
        for key in ("refresh_token", "another"):
            credentials._set(self.account, key, "value")
        names = dict(credentials.search([("config_id", "=", self.account.id)]).mapped(
            lambda credential: (credential.key, credential.display_name)))
        self.assertEqual((names["refresh_token"], names["another"]), ("Refresh Token", "another"))

    def test_allowances(self):
        allowances = self.env["marketplace.allowance"]
        allowances._store(self.account, [
            {"name": name, "used": 1, "granted": 9, "is_assumed": False, "resets_at": fields.Datetime.now()}
            for name in ("trading", "another")])
        self.assertEqual(self.account.allowance_ids.sorted("id").mapped("display_name"), ["Trading API", "another"])

    def test_listings_of_whole_products(self):
        template = self.template("SHIRT")
        variant = template.product_variant_ids[0]
        self.assertEqual(self.listing(variant).product_name, variant.display_name)
        template.marketplace_as_one = True
        self.assertEqual(template.marketplace_listing_ids.mapped("product_name"), [template.display_name])
