# SPDX-License-Identifier: LGPL-3.0-or-later
"""What tests of bulk actions share: somebody who may do them, and parts so small that a few products are many."""

import json
from unittest.mock import patch

from odoo.addons.marketplace_sync.models import marketplace_bulk, marketplace_bulk_run, marketplace_listing_sync
from odoo.addons.marketplace_sync.wizards import marketplace_publish

from .draining import DrainCase

USER, PRODUCTS = "marketplace_sync.group_marketplace_user", "product.group_product_manager"


class BulkCase(DrainCase):
    """Two products are done at once, more in the background, two at a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_user("bulk-seller", f"{USER},{PRODUCTS}")

    def setUp(self):
        super().setUp()
        for module in (marketplace_bulk, marketplace_bulk_run, marketplace_publish, marketplace_listing_sync):
            self.enterContext(patch.object(module, "AT_ONCE", 2))
        self.goods = self.env["product.product"].union(*(
            self.product(f"BULK-{number}", sold=False) for number in range(5)))

    def as_seller(self, records):
        return records.with_user(self.seller).with_context(allowed_company_ids=self.company.ids)

    def ask(self, products, mode="publish", **platforms):
        """The question of somebody who selected these products, answered with these platforms."""
        products = self.as_seller(products)
        opened = products.action_publish_on_marketplaces() if mode == "publish" else (
            products.action_stop_on_marketplaces())
        asked = self.as_seller(self.env[opened["res_model"]]).browse(opened["res_id"])
        asked.write(platforms)
        return asked

    def bulk(self):
        """The newest bulk action."""
        return self.env["marketplace.bulk"].search([], limit=1)

    def run_cron(self):
        """What the scheduled action does."""
        self.env.cr.flush()
        self.env["marketplace.bulk"]._cron_go_on()

    def told(self):
        """What the seller's browser was told about bulk actions, oldest first."""
        self.env.cr.flush()
        sent = [(json.loads(row.channel), json.loads(row.message))
                for row in self.env["bus.bus"].sudo().search([], order="id")]
        return [
            message["payload"] for channel, message in sent
            if message["type"] == "marketplace_sync.bulk" and channel[1:] == ["res.partner", self.seller.partner_id.id]]
