# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""What went wrong in another connector, each time with real stock and a real shop's answers, must not here."""

from .concurrent import ConcurrentCase
from .draining import DrainCase


class TestLostUpdate(ConcurrentCase):

    def test_a_pending_push_does_not_absorb_an_uncommitted_change(self):
        """There, a push that was waiting already stood for a later change, and ran before that was committed."""
        thing = self.offer("A", 10)
        self.push()
        self.commit_stock(thing, 1)
        slow = self.session()
        self.change_stock(slow, thing, 1000)
        self.push()
        self.assertEqual(self.published(thing), 11)
        slow.cr.commit()
        self.push()
        self.assertEqual(self.published(thing), 1011)


class TestOtherCompany(DrainCase):

    def test_stock_moved_by_a_user_of_another_company(self):
        """There, the shop was looked for in the mover's own company."""
        thing = self.offer("A", 10)
        self.drain()
        elsewhere = self.make_company("Elsewhere")
        mover = self.make_user("mover", "stock.group_stock_user", elsewhere)
        mover.company_ids |= self.company
        own = self.env(user=mover, su=False, context={"allowed_company_ids": elsewhere.ids})
        self.assertFalse(self.account.with_env(own).has_access("read"))
        own["stock.quant"]._update_available_quantity(thing.with_env(own), self.stock.with_env(own), -4)
        self.drain()
        self.assertEqual(self.published(thing), 6)


class TestThrottled(DrainCase):

    def test_throttled_for_seven_seconds(self):
        """There, the push failed for good, and took its own error message with it."""
        thing = self.offer("A", 10)
        self.shop.fault("429", on="mutation", retry_after=7)
        with self.pauses() as pauses, self.single_tries(), self.silence():
            self.cron()
        self.assertGreaterEqual(sum(pauses), 7)
        self.assertEqual(self.published(thing), 10)
        self.assertFalse(self.count_marks())
        self.assertIn("rate limit", self.logs("account").message)
        self.assertEqual(self.listing(thing).state, "linked")


    def test_the_adapter_waits_by_itself(self):
        thing = self.offer("A", 10)
        self.shop.fault("429", on="mutation", retry_after=7)
        with self.pauses() as pauses:
            self.cron()
        self.assertGreaterEqual(sum(pauses), 7)
        self.assertEqual(self.published(thing), 10)
        self.assertFalse(self.logs("account"))


class TestOneOfAThousand(DrainCase):

    def test_one_refused_item(self):
        """There, 499 of 1,000 were written, none of them recorded, and nothing was logged."""
        skus = [f"A{number:04}" for number in range(1000)]
        self.shop.add_items(skus, quantities={self.shop.main: 0})
        self.shop.item("A0500").tracked = False
        things = self.env["product.product"].create([
            {"name": sku, "default_code": sku, "is_storable": True, "shopify_product": True} for sku in skus])
        self.env["stock.quant"].create([
            {"product_id": thing.id, "location_id": self.stock.id, "quantity": 5} for thing in things])
        self.account.listing_ids.write({"state": "linked"})
        for listing in self.account.listing_ids:
            listing.write({"sku": listing.product_id.default_code,
                           "external_id": self.shop.item(listing.product_id.default_code).gid})
        with self.silence():
            result = self.drain()
        self.assert_result(result, done=999, failed=1)
        refused = self.account.listing_ids.filtered(lambda listing: listing.state == "error")
        self.assertEqual(refused.sku, "A0500")
        self.assertIn("Track quantity", refused.error)
        self.assertEqual({thing.default_code for thing in things if self.published(thing) != 5}, {"A0500"})
        self.assertEqual((self.account.listing_ids - refused).mapped("quantity"), [5] * 999)
        self.assertRecordValues(self.logs("drain"), [{"acknowledged": 999, "failed": 1, "remaining": 0}])
        self.assertEqual(self.logs("listing").sku, "A0500")


class TestKits(DrainCase):

    def test_a_component_moves(self):
        """There, kits were never pushed when a component moved."""
        if "mrp.bom" not in self.env:
            self.skipTest("there are no kits without mrp")
        wheel, frame = self.product("WHEEL", 8, sold=False), self.product("FRAME", 3, sold=False)
        self.shop.add_items(["BIKE", "PAIR"], quantities={self.shop.main: 0})
        bike = self.kit("BIKE", {wheel: 2, frame: 1})
        pair = self.kit("PAIR", {bike: 2})
        self.drain()
        self.assertEqual((self.published(bike), self.published(pair)), (3, 1))
        self.move(wheel, 4, self.stock, self.customer)
        self.drain()
        self.assertEqual((self.published(bike), self.published(pair)), (2, 1))
        self.move(wheel, 2, self.stock, self.customer)
        self.drain()
        self.assertEqual((self.published(bike), self.published(pair)), (1, 0))
