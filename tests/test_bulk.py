# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # stands in for a commit of the scheduled action's own
"""Many products published, or stopped, from their list."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from .bulk_kit import BulkCase

RUN = "odoo.addons.marketplace_sync.models.marketplace_bulk_run"

NOT_THIS_ONE = "Not this one"


def commit_late(cron, *_args, **_more):
    """Stands in for ir.cron's `_commit_progress` where no second is left."""
    cron.env.cr.commit()
    return 0


class TestQuestion(BulkCase):
    """What is asked before anything is done."""

    def test_counts(self):
        template = self.template("BULK-T", sold=False)
        template.product_variant_ids[0].default_code = False
        asked = self.ask(self.goods[:2].product_tmpl_id | template)
        self.assertEqual((asked.product_count, asked.variant_count, asked.no_sku_count), (3, 4, 1))
        self.assertTrue(asked.is_long)
        self.assertFalse(self.ask(self.goods[:2]).is_long)

    def test_a_whole_product_has_a_sku_of_its_own(self):
        template = self.template("BULK-T", sold=False)
        template.marketplace_as_one = True
        self.assertEqual(self.ask(template).no_sku_count, 2)
        template.marketplace_sku = "BULK-T"
        template.product_variant_ids.default_code = False
        self.assertEqual(self.ask(template).no_sku_count, 0)

    def test_the_only_marketplace_is_chosen(self):
        self.assertTrue(self.ask(self.goods).shopify)
        self.env["marketplace.config"].create({"name": "eBay", "platform": "ebay", "company_id": self.company.id})
        asked = self.ask(self.goods)
        self.assertFalse(asked.shopify or asked.ebay)
        self.assertIn(self.account.name, asked.shopify_note)

    def test_accounts_of_companies_that_are_not_seen(self):
        """They are counted where they may sell one of the products, and not named."""
        elsewhere = self.make_company("Elsewhere")
        hidden = self.make_account(self.open_shop(), company=elsewhere, name="Hidden")
        own = self.product("BULK-OWN", sold=False, company_id=self.company.id)
        self.assertEqual(self.ask(own).shopify_note, self.account.name)
        asked = self.ask(self.goods | own, shopify=True)
        self.assertEqual(asked.shopify_note, f"{self.account.name} and 1 accounts of other companies")
        self.account.unlink()
        asked = self.ask(self.goods[0], shopify=True)
        self.assertEqual(asked.shopify_note, "1 accounts of other companies")
        asked.action_apply()
        self.assertTrue(self.listing(self.goods[0], hidden), "what was told is true")

    def test_how_many_are_sold_there(self):
        self.goods[:2].shopify_product = True
        self.assertIn("2 of them", self.ask(self.goods, "stop").shopify_note)

    def test_no_marketplace_is_chosen(self):
        with self.assertRaisesRegex(UserError, "at least one"):
            self.ask(self.goods, shopify=False).action_apply()

    def test_stopping_listings_asks_about_their_products(self):
        self.goods[:2].shopify_product = True
        listings = self.as_seller(self.listing(self.goods[0]) | self.listing(self.goods[1]))
        opened = listings.action_stop()
        asked = self.env[opened["res_model"]].browse(opened["res_id"])
        self.assertEqual((asked.mode, asked.variants, asked.shopify), ("stop", self.goods[:2].ids, True))


class TestAtOnce(BulkCase):
    """Few products."""

    def test_publish(self):
        answer = self.ask(self.goods[:2], shopify=True, ebay=True).action_apply()
        self.assertEqual(self.goods.mapped("shopify_product"), [True, True, False, False, False])
        self.assertEqual(self.goods.mapped("ebay_product"), [True, True, False, False, False])
        self.assertTrue(self.listing(self.goods[0]).active)
        self.assertIn("2 products are sold on Shopify, eBay", answer["params"]["message"])
        self.assertFalse(self.bulk())

    def test_publish_products_with_variants(self):
        template = self.template("BULK-T", sold=False)
        self.ask(template, shopify=True).action_apply()
        self.assertTrue(template.shopify_product)

    def test_stop(self):
        template = self.template("BULK-T")
        first, archived = template.product_variant_ids
        archived.active = False
        self.ask(template, "stop", shopify=True).action_apply()
        self.assertFalse(first.shopify_product or archived.shopify_product)
        self.assertFalse(self.listing(first).active)

    def test_archived_variants_are_not_published(self):
        template = self.template("BULK-T", sold=False)
        archived = template.product_variant_ids[1]
        archived.active = False
        self.ask(template, shopify=True).action_apply()
        self.assertFalse(archived.shopify_product)


class TestInTheBackground(BulkCase):
    """Many products."""

    def begin(self, mode="publish", **platforms):
        self.ask(self.goods, mode, **(platforms or {"shopify": True})).action_apply()
        return self.bulk()

    @contextmanager
    def ticking(self, replacement):
        """Have `replacement(original, products, *args)` called instead of setting ticks."""
        product_class = self.registry["product.product"]
        original = product_class._set_ticks
        with patch.object(product_class, "_set_ticks", lambda products, *args: replacement(original, products, *args)):
            yield

    def test_publish(self):
        self.assertFalse(self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron_id())]))
        bulk = self.begin(shopify=True, ebay=True)
        self.assertFalse(any(self.goods.mapped("shopify_product")), "nobody waits for it")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron_id())]))
        self.run_cron()
        self.assertTrue(all(self.goods.mapped("shopify_product")) and all(self.goods.mapped("ebay_product")))
        self.assertEqual((bulk.state, bulk.position, bulk.failed_count), ("done", 5, 0))
        self.assertEqual(len(self.account.listing_ids), 5)

    def cron_id(self):
        return self.env.ref("marketplace_sync.ir_cron_bulk").id

    def test_stop(self):
        self.goods.shopify_product = True
        self.begin("stop", shopify=True)
        self.run_cron()
        self.assertFalse(any(self.goods.mapped("shopify_product")))

    def test_the_user_is_told(self):
        self.begin()
        self.run_cron()
        *under_way, last = self.told()
        self.assertEqual([(told["message"], told["is_over"]) for told in under_way], [
            ("2 of 5 done.", False), ("4 of 5 done.", False)])
        self.assertTrue(last["is_over"])
        self.assertEqual((last["type"], last["title"]), ("success", "Publish on Shopify"))
        self.assertIn("5 products are sold on Shopify", last["message"])

    def test_long_ones_do_not_chatter(self):
        bulk = self.env["marketplace.bulk"].create({
            "kind": "publish", "platforms": "shopify", "user_id": self.seller.id, "total": 1000, "position": 199})
        bulk._announce(150)
        self.assertFalse(self.told())
        bulk.position = 200
        bulk._announce(199)
        self.assertEqual([told["message"] for told in self.told()], ["200 of 1000 done."])

    def test_one_that_fails_fails_alone(self):
        bad = self.goods[2]

        def ticking(original, products, *args):
            if bad in products:
                raise ValidationError(NOT_THIS_ONE)
            original(products, *args)

        bulk = self.begin()
        with self.ticking(ticking), mute_logger(RUN):
            self.run_cron()
        self.assertEqual(self.goods.mapped("shopify_product"), [True, True, False, True, True])
        self.assertEqual((bulk.state, bulk.failed, bulk.failed_count, bulk.error),
                         ("done", bad.ids, 1, NOT_THIS_ONE))
        last = self.told()[-1]
        self.assertEqual(last["type"], "warning")
        self.assertIn("1 failed, the first because: Not this one", last["message"])
        opened = self.as_seller(bulk).action_open_failed()
        self.assertEqual(self.env[opened["res_model"]].search(opened["domain"]), bad)

    def test_what_nobody_foresaw_is_not_told_in_detail(self):
        def ticking(_original, _products, *_args):
            raise ValueError("secret")

        bulk = self.begin()
        with self.ticking(ticking), mute_logger(RUN):
            self.run_cron()
        self.assertEqual((bulk.state, bulk.failed_count), ("done", 5))
        self.assertNotIn("secret", bulk.error)

    def test_a_collision_is_tried_again(self):
        collisions = []

        def ticking(original, products, *args):
            if len(collisions) < 2:
                collisions.append(products)
                raise SerializationFailure
            original(products, *args)

        bulk = self.begin()
        with self.ticking(ticking):
            self.run_cron()
        self.assertEqual(len(collisions), 2)
        self.assertEqual((bulk.state, bulk.failed_count), ("done", 0))
        self.assertTrue(all(self.goods.mapped("shopify_product")))

    def test_too_many_collisions_are_left_for_later(self):
        def ticking(_original, _products, *_args):
            raise SerializationFailure

        bulk = self.begin()
        with self.ticking(ticking):
            self.run_cron()
        self.assertEqual((bulk.state, bulk.position, bulk.failed_count), ("running", 0, 0))
        self.assertTrue(self.env["ir.cron.trigger"].search([
            ("cron_id", "=", self.cron_id()), ("call_at", ">", fields.Datetime.now())]))
        self.run_cron()
        self.assertEqual(bulk.state, "done")

    def test_killed_it_goes_on_where_it_stopped(self):
        class Killed(BaseException):
            """As a kill, nothing catches it."""

        dealt = []

        def ticking(original, products, *args):
            if len(dealt) == 1:
                dealt.append(None)
                raise Killed
            dealt.append(products)
            original(products, *args)

        bulk = self.begin()
        with self.ticking(ticking), suppress(Killed):  # assertRaises would undo what was committed before
            self.run_cron()
        self.env.invalidate_all()
        self.assertEqual((bulk.state, bulk.position), ("running", 2))
        with self.ticking(ticking):
            self.run_cron()
        self.assertEqual(bulk.state, "done")
        self.assertEqual([products for products in dealt if products],
                         [self.goods[:2], self.goods[2:4], self.goods[4]], "none twice, none left out")

    def test_when_time_is_up_the_rest_follows(self):
        bulk = self.begin()
        with patch.object(self.registry["ir.cron"], "_commit_progress", commit_late):
            self.run_cron()
        self.assertEqual((bulk.state, bulk.position), ("running", 2))
        self.run_cron()
        self.assertEqual(bulk.state, "done")

    def test_deleted_meanwhile(self):
        bulk = self.begin()
        self.goods[0].unlink()
        self.run_cron()
        self.assertEqual((bulk.state, bulk.failed_count), ("done", 0))
        self.assertTrue(all(self.goods.exists().mapped("shopify_product")))
        self.assertIn("4 products are sold on Shopify", self.told()[-1]["message"])

    def test_all_deleted_meanwhile(self):
        bulk = self.begin()
        self.goods.unlink()
        self.run_cron()
        self.assertEqual((bulk.state, bulk.total), ("done", 0))

    def test_one_that_breaks_does_not_stop_the_next(self):
        broken, bulk = self.begin(), self.begin(ebay=True, shopify=False)
        broken.records = 1  # no list
        with mute_logger(RUN):
            self.run_cron()
        self.assertEqual((broken.state, bulk.state), ("running", "done"))

    def test_garbage(self):
        bulk, young = self.begin(), self.begin()
        self.run_cron()
        bulk.finished_at = fields.Datetime.now() - timedelta(days=31)
        self.env["marketplace.bulk"]._gc_old()
        self.assertFalse(bulk.exists())
        self.assertTrue(young.exists())
