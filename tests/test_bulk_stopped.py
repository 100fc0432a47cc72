# SPDX-License-Identifier: LGPL-3.0-or-later
"""A bulk action that ends before its end: its user may not do it any more, or something is wrong with it."""

from contextlib import suppress
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from odoo.addons.marketplace_sync.models.marketplace_bulk_run import MAX_TRIES

from .bulk_kit import PRODUCTS, USER, BulkCase
from .test_security import MANAGER

RUN = "odoo.addons.marketplace_sync.models.marketplace_bulk_run"
MAY_NOT = "Whoever asked for it may not do it any more."


class StoppedCase(BulkCase):

    def begin(self):
        self.ask(self.goods, shopify=True).action_apply()
        return self.bulk()

    def triggers(self):
        return self.env["ir.cron.trigger"].search([
            ("cron_id", "=", self.env.ref("marketplace_sync.ir_cron_bulk").id)])

    def after_first_part(self, happens):
        """Have something happen between the first part and the second."""
        deal_with = self.registry["marketplace.bulk"]._deal_with

        def deal_with_and(bulk, ids):
            failures = deal_with(bulk, ids)
            happens(bulk.env)
            return failures

        return patch.object(self.registry["marketplace.bulk"], "_deal_with", deal_with_and)


class TestRightsTakenAway(StoppedCase):
    """What is done with the rights of somebody ends with these rights."""

    def assert_nothing_is_done(self, bulk):
        self.run_cron()
        self.assertFalse(any(self.goods.mapped("shopify_product")))
        self.assertEqual((bulk.state, bulk.position, bulk.failed_count), ("failed", 0, 0))
        self.assertEqual(bulk.error, MAY_NOT)
        self.assertTrue(bulk.finished_at)
        self.run_cron()
        [told] = self.told()
        self.assertEqual((told["type"], told["is_over"], told["message"]), (
            "danger", True, f"Stopped with 5 still to do: {MAY_NOT}"))

    def test_the_user_is_archived(self):
        bulk = self.begin()
        self.seller.active = False
        self.assert_nothing_is_done(bulk)

    def test_the_right_to_change_products(self):
        bulk = self.begin()
        self.seller.group_ids -= self.env.ref(PRODUCTS)
        self.assert_nothing_is_done(bulk)

    def test_the_right_to_work_with_marketplaces(self):
        bulk = self.begin()
        self.seller.group_ids -= self.env.ref(USER)
        self.assert_nothing_is_done(bulk)

    def test_the_company(self):
        bulk = self.begin()
        elsewhere = self.make_company("Elsewhere")
        self.seller.write({"company_id": elsewhere.id, "company_ids": [Command.set(elsewhere.ids)]})
        self.assert_nothing_is_done(bulk)

    def test_the_superuser_never_counts_as_active(self):
        bulk = self.begin()
        bulk.user_id = self.env.ref("base.user_root")
        self.assertFalse(bulk.user_id.active)
        self.run_cron()
        self.assertEqual((bulk.state, bulk.failed_count), ("done", 0))
        self.assertTrue(all(self.goods.mapped("shopify_product")))

    def test_in_the_middle_of_it(self):
        def leave(env):
            self.seller.with_env(env).active = False

        bulk = self.begin()
        with self.after_first_part(leave):
            self.run_cron()
        self.assertEqual(self.goods.mapped("shopify_product"), [True, True, False, False, False])
        self.assertEqual((bulk.state, bulk.position, bulk.progress), ("failed", 2, 40.0))
        message = self.told()[-1]["message"]
        self.assertIn("2 products are sold on Shopify", message)
        self.assertIn(f"Stopped with 3 still to do: {MAY_NOT}", message)
        opened = bulk.action_open_failed()
        self.assertEqual(self.env[opened["res_model"]].search(opened["domain"]), self.goods[2:])

    def test_one_product_that_is_others_now_fails_alone(self):
        """What only some may change is no reason to stop."""
        bulk, theirs = self.begin(), self.goods[3]
        theirs.company_id = self.make_company("Elsewhere")
        with mute_logger(RUN):
            self.run_cron()
        self.assertEqual(self.goods.mapped("shopify_product"), [True, True, True, False, True])
        self.assertEqual((bulk.state, bulk.failed), ("done", theirs.ids))

    def test_watching_pushes(self):
        """Nor is somebody told what became of listings that are hidden from them now."""
        self.goods.shopify_product = True
        self.sort()
        self.as_seller(self.goods).action_sync_with_marketplaces()
        bulk = self.bulk()
        self.seller.group_ids -= self.env.ref(USER)
        with self.silence():
            self.drain()
        self.run_cron()
        self.assertEqual((bulk.state, bulk.error, bulk.failed), ("failed", MAY_NOT, False))
        self.assertNotIn("SKU", self.told()[-1]["message"])


class TestCancel(StoppedCase):

    def test_what_is_done_stays_done(self):
        bulk = self.begin()
        with self.after_first_part(lambda env: bulk.with_env(env).with_user(self.seller).action_cancel()):
            self.run_cron()
        self.assertEqual(self.goods.mapped("shopify_product"), [True, True, False, False, False])
        self.assertEqual((bulk.state, bulk.position), ("failed", 2))
        message = self.told()[-1]["message"]
        self.assertIn("2 products are sold on Shopify", message)
        self.assertIn(f"Stopped with 3 still to do: Cancelled by {self.seller.name}.", message)

    def test_before_it_begins(self):
        bulk = self.begin()
        self.as_seller(bulk).action_cancel()
        self.run_cron()
        self.assertFalse(any(self.goods.mapped("shopify_product")))
        self.assertTrue(self.told()[-1]["is_over"])

    def test_what_is_over_stays_as_it_is(self):
        bulk = self.begin()
        self.run_cron()
        self.as_seller(bulk).action_cancel()
        self.assertEqual((bulk.state, bulk.error), ("done", False))

    def test_pushes_are_only_watched(self):
        self.goods.shopify_product = True
        self.as_seller(self.goods).action_sync_with_marketplaces()
        self.as_seller(self.bulk()).action_cancel()
        self.assertEqual(self.bulk().state, "running")

    def test_who_may(self):
        bulk, elsewhere = self.begin(), self.make_company("Elsewhere")
        manager, user = self.make_user("bulk-manager", MANAGER), self.make_user("bulk-onlooker", USER)
        own = {"allowed_company_ids": self.company.ids}
        with self.assertRaises(AccessError):
            bulk.with_user(user).with_context(**own).action_cancel()
        self.seller.company_ids += elsewhere
        with self.assertRaises(AccessError):
            bulk.with_user(manager).with_context(**own).action_cancel()
        self.seller.company_ids -= elsewhere
        bulk.with_user(manager).with_context(**own).action_cancel()
        self.assertEqual((bulk.state, bulk.error), ("failed", f"Cancelled by {manager.name}."))


class TestTelling(StoppedCase):

    def test_in_the_language_of_the_user(self):
        """Not of the scheduled action's."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.seller.lang = "fr_FR"
        bulk = self.begin()
        self.seller.group_ids -= self.env.ref(PRODUCTS)
        self.run_cron()
        in_french = bulk.with_context(lang="fr_FR").display_name
        self.assertNotEqual(in_french, bulk.with_context(lang="en_US").display_name)
        self.assertEqual([told["title"] for told in self.told()], [in_french])

    def test_without_the_scheduled_action_nothing_breaks(self):
        """Somebody may have deleted it."""
        self.env.ref("marketplace_sync.ir_cron_bulk").unlink()
        self.assertEqual(self.begin().state, "running")


class TestUnforeseen(StoppedCase):
    """What is wrong with the whole of it, and not with one of its products, is tried a few times."""

    def break_down(self):
        """Have it break down outside of what is done to products."""
        self.enterContext(mute_logger(RUN))
        return patch.object(
            self.registry["marketplace.bulk"], "_parts_left", lambda _bulk: [][0])

    def test_it_ends_as_failed_and_says_so(self):
        bulk, other = self.begin(), self.begin()
        with self.break_down():
            for tries in range(1, MAX_TRIES):
                self.triggers().unlink()
                self.run_cron()
                self.assertEqual((bulk.state, bulk.tries), ("running", tries))
                self.assertTrue(self.triggers().filtered(lambda one: one.call_at > fields.Datetime.now()))
            self.triggers().unlink()
            self.run_cron()
            self.assertEqual((bulk.state, other.state), ("failed", "failed"))
            self.assertFalse(self.triggers(), "nobody comes back for it")
            self.run_cron()
        self.assertIn("the server's log says what", bulk.error)
        self.assertNotIn("index", bulk.error)
        ended = [told["type"] for told in self.told() if told["id"] == bulk.id and told["is_over"]]
        self.assertEqual(ended, ["danger"])
        self.assertFalse(any(self.goods.mapped("shopify_product")))

    def test_what_gets_on_has_its_tries_again(self):
        bulk = self.begin()
        with self.break_down():
            self.run_cron()
        self.assertEqual(bulk.tries, 1)
        self.run_cron()
        self.assertEqual((bulk.state, bulk.tries), ("done", 0))

    def test_even_if_telling_is_what_breaks(self):
        bulk = self.begin()
        self.enterContext(mute_logger(RUN))
        with patch.object(self.registry["marketplace.bulk"], "_announce", lambda _bulk, _before: [][0]):
            for _try in range(MAX_TRIES - 1):
                self.run_cron()
            with suppress(IndexError):  # assertRaises would undo what was committed before
                self.run_cron()
            self.env.invalidate_all()
            self.run_cron()
        self.assertEqual(bulk.state, "failed")

    def test_watching(self):
        self.goods.shopify_product = True
        self.sort()
        self.as_seller(self.goods).action_sync_with_marketplaces()
        bulk = self.bulk()
        self.enterContext(mute_logger(RUN))
        with patch.object(self.registry["marketplace.bulk"], "_conclude", lambda *_given: [][0]), self.silence():
            self.drain()
            for _try in range(MAX_TRIES):
                self.run_cron()
        self.assertEqual(bulk.state, "failed")
