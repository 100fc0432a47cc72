# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""Drains that end early, or meet somebody else's locks: what they leave behind is taken all the same."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.marketplace_sync.models import marketplace_drain
from odoo.addons.marketplace_sync.models.advisory_lock import session_lock, shard_key

from .common import DIRTY
from .concurrent import ConcurrentCase, interposed
from .draining import DrainCase


class TestHandOver(ConcurrentCase):

    def triggers(self):
        """How often the account's scheduled action is asked to run."""
        with self.transaction() as env:
            return env["ir.cron.trigger"].search_count([("cron_id", "=", self.account.cron_id.id)])

    def test_what_a_drain_has_no_time_for_goes_to_the_scheduled_action(self):
        """It may have run meanwhile, found the lock taken, and used up its trigger."""
        product = self.offer("A", 10)
        self.push()
        self.commit_stock(product, 5)

        def late_change(*_args):
            self.commit_stock(product, 1)

        with interposed(self.registry["marketplace.drain"], "_send", late_change):
            result = self.push(limit=1)
        self.assertEqual(result["remaining"], 1)
        self.assertEqual(self.triggers(), 1)

    def test_a_drain_that_is_done_asks_for_nothing(self):
        self.offer("A", 10)
        self.push()
        self.assertEqual(self.triggers(), 0)

    def test_dealing_listings_anew_waits_for_the_push_under_way(self):
        with self.registry.cursor() as other, session_lock(other, shard_key(self.account.id, 0)) as held:
            self.assertTrue(held)
            with self.assertRaises(UserError):
                self.account.shards = 2
        self.account.shards = 2
        self.assertEqual(self.account.shards, 2)

    def test_sync_now_says_that_the_account_has_just_stopped(self):
        """The drain's verdict is younger than anything whoever pressed the button can see."""
        self.offer("A", 10)
        self.shop.auth.revoked.add(self.shop.token)
        with mute_logger("odoo.addons.marketplace_sync.models.marketplace_config_health"):
            answer = self.account.action_sync_now()
        self.assertEqual(answer["params"]["type"], "danger")
        self.assertIn("access token", answer["params"]["message"])


class TestSomebodyHoldsTheRow(ConcurrentCase):

    def hold(self, listing):
        """Another user's transaction changes the listing and takes its time."""
        env = self.session()
        env.cr.execute("UPDATE marketplace_listing SET request_id = 'held' WHERE id = %s", [listing.id])
        return env

    def drain_against(self, product):
        listing = self.listing(product)
        holder = self.hold(listing)
        quick = patch.object(marketplace_drain, "LOCK_SECONDS", 0.05)
        quiet = mute_logger("odoo.sql_db", "odoo.addons.marketplace_sync.models.marketplace_config_health")
        with quick, quiet:
            result = self.push()
        holder.cr.rollback()
        self.refresh()
        return result

    def test_while_linking(self):
        product = self.offer("A", 10)
        self.assertEqual(self.drain_against(product)["remaining"], 1)
        self.assertEqual(self.account.state, "connected")
        self.assertTrue(self.account.retry_at)
        self.assertTrue(self.waiting(product))
        self.push()
        self.assertEqual(self.published(product), 10)

    def test_nobody_is_counted_twice(self):
        """A push whose answer could not be stored did not happen, for whoever counts."""
        product = self.offer("A", 10)
        self.push()
        self.commit_stock(product, 1)
        calls = []

        def once(drain, *_args):
            if not calls:
                calls.append(1)
                with self.transaction() as env:
                    env.cr.execute("DELETE FROM stock_availability_dirty WHERE listing_id = %s",
                                   [self.listing(product).id])
                    env["stock.availability.dirty"]._dirty(product.ids, "again")

        with mute_logger("odoo.sql_db"), interposed(self.registry["marketplace.level"], "_store", once):
            result = self.push()
        self.assertEqual((result["done"], self.published(product)), (1, 11))


class TestBacklog(DrainCase):

    def test_what_nobody_takes_does_not_grow(self):
        product = self.offer("A", 5)
        self.account.state = "paused"
        for _change in range(3):
            self.set_stock(product, 1)
            self.set_stock(product, 2)
            self.sort()
        unsold = self.product("UNSOLD", sold=False)
        self.marks(unsold)
        before = max(self.marks(product).ids)
        self.env[DIRTY]._gc_backlog()
        self.assertEqual(self.marks(product).ids, [before], "the newest")
        self.assertFalse(self.marks(unsold))

    def test_an_account_that_pushes_is_left_alone(self):
        product = self.offer("A", 5)
        self.sort()
        self.set_stock(product, 1)
        self.sort()
        count = len(self.marks(product))
        self.assertGreater(count, 1)
        self.env[DIRTY]._gc_backlog()
        self.assertEqual(len(self.marks(product)), count)

    def test_marks_of_what_was_deleted_do_not_break_the_list(self):
        product = self.offer("A", 0)
        self.sort()
        kept = self.offer("B", 5)
        self.sort()
        product.unlink()
        rows = self.env[DIRTY].search([]).read(["product_id", "product_tmpl_id", "listing_id", "config_id"])
        self.assertEqual({row["product_id"][0] for row in rows}, {kept.id})
