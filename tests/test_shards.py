# SPDX-License-Identifier: LGPL-3.0-or-later
"""An account in several parts has a scheduled action for each, which an admin works with as with one."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError

from .draining import DrainCase

HOURLY = {
    "interval_number": 1, "interval_type": "hours", "priority": 3,
    "nextcall": fields.Datetime.to_datetime("2100-01-01")}


class ShardsCase(DrainCase):

    def crons(self):
        """The account's scheduled actions, the first one first."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.account._crons()

    def names(self):
        return self.crons().mapped("name")

    def actions(self):
        """How many server actions are there for accounts, in use or not."""
        return self.env["ir.actions.server"].search_count([("model_id.model", "=", "marketplace.config")])


class TestScheduledActions(ShardsCase):

    def test_one_for_each_shard(self):
        self.assertEqual(len(self.crons()), 1)
        self.account.shards = 3
        first, *parts = self.names()
        self.assertEqual(first, f"Marketplace Sync: push stock to {self.account.name}")
        self.assertEqual(parts, [f"{first} (part {number} of 3)" for number in (2, 3)])
        self.assertEqual(self.crons()[0], self.account.cron_id)
        self.assertEqual(set(self.crons().mapped("code")), {f"model.browse({self.account.id})._cron_drain()"})

    def test_there_and_back(self):
        self.account.shards = 4
        actions = self.actions()
        self.account.shards = 1
        self.assertEqual(self.crons(), self.account.cron_id)
        self.assertEqual(self.actions(), actions - 3, "nothing is left behind")
        self.account.shards = 4
        self.assertEqual(len(set(self.names())), 4)
        self.assertTrue(all(name.endswith("of 4)") for name in self.names()[1:]))
        self.account.shards = 2
        self.assertEqual([name[-13:] for name in self.names()[1:]], ["(part 2 of 2)"])

    def test_with_the_account(self):
        actions = self.actions()
        account = self.make_account(self.open_shop(), name="In Parts", shards=3)
        crons = account._crons()
        self.assertEqual(len(crons), 3)
        account.name = "Renamed"
        self.assertTrue(all("Renamed" in name for name in crons.mapped("name")))
        account.active = False
        self.assertFalse(any(crons[1:].mapped("active")))
        account.active = True
        self.assertTrue(all(crons.mapped("active")))
        copied = account.copy({"base_url": "https://copy.example"})
        self.assertEqual(len(copied._crons() - crons), 3)
        (account | copied).unlink()
        self.assertFalse(crons.exists())
        self.assertEqual(self.actions(), actions)

    def test_parts_follow_what_is_set_on_the_first(self):
        self.account.shards = 3
        self.account.cron_id.write(HOURLY)
        for cron in self.crons():
            self.assertEqual({name: cron[name] for name in HOURLY}, HOURLY)
        self.account.cron_id.active = False
        self.assertFalse(any(self.crons().mapped("active")))
        self.account.shards = 4
        self.assertFalse(any(self.crons().mapped("active")), "a new one does as well")
        self.assertEqual(self.crons()[-1].nextcall, HOURLY["nextcall"], "it does not run before it is due")

    def test_an_update_makes_up_for_what_is_missing_and_changes_nothing_else(self):
        self.account.shards = 3
        self.account.part_cron_ids.unlink()
        self.env["marketplace.config"]._align_all_crons()
        crons = self.crons()
        self.assertEqual(len(crons), 3)
        before = crons.read(["name", "active", "nextcall", "write_date"])
        self.env["marketplace.config"]._align_all_crons()
        self.assertEqual(self.crons().read(["name", "active", "nextcall", "write_date"]), before)

    def test_the_first_cannot_be_deleted(self):
        """The account would show that all is well, and push nothing."""
        self.account.shards = 2
        with self.assertRaisesRegex(UserError, "pause the account"):
            self.account.cron_id.unlink()
        self.assertEqual(len(self.crons()), 2)

    def test_an_update_brings_back_one_that_is_gone(self):
        """It could be deleted once."""
        self.account.shards = 2
        self.account.cron_id = False
        self.env["marketplace.config"]._align_all_crons()
        self.assertTrue(self.account.cron_id.active)
        self.assertEqual(len(self.crons()), 2)

    def test_uninstalling_takes_them_along(self):
        self.account.shards = 3
        crons = self.crons()
        self.assertEqual(self.env["marketplace.config"].search([("id", "=", self.account.id)])._crons(), crons)


class TestParts(ShardsCase):
    """What one of the scheduled actions does when it runs."""

    def setUp(self):
        super().setUp()
        self.account.shards = 4

    def run_part(self, number):
        """Run the scheduled action that begins with a shard, as "Run Manually" does."""
        self.crons()[number].method_direct_trigger()
        self.env.invalidate_all()

    @contextmanager
    def shards_tried(self):
        tried = []
        with patch.object(self.drain_class, "_drain_shard", lambda _drain, _run, shard: tried.append(shard)):
            yield tried

    def test_begins_with_its_own_shard_and_goes_on_with_the_others(self):
        self.offer("A", 5)
        for number in range(4):
            with self.subTest(number), self.shards_tried() as tried:
                self.run_part(number)
                self.assertEqual(tried, [*range(number, 4), *range(number)])

    def test_sync_now_takes_all(self):
        self.offer("A", 5)
        with self.shards_tried() as tried:
            self.drain()
        self.assertEqual(tried, [0, 1, 2, 3])

    def test_parts_without_work_leave_at_once(self):
        with self.shards_tried() as tried:
            for number in (1, 2, 3):
                self.run_part(number)
        self.assertFalse(tried)

    def test_only_the_first_looks_after_the_account(self):
        with patch.object(self.drain_class, "_look_after") as look_after:
            for number in range(4):
                self.run_part(number)
        self.assertEqual(look_after.call_count, 1)

    def test_the_first_makes_up_for_a_part_that_could_not_be_changed(self):
        self.env.cr.execute("UPDATE ir_cron SET interval_number = 77 WHERE id = %s", [self.crons()[2].id])
        self.env.invalidate_all()
        self.run_part(0)
        self.assertEqual(self.crons()[2].interval_number, self.account.cron_id.interval_number)

    def test_any_part_pushes_everything(self):
        things = [self.offer(f"A{number}", 3) for number in range(8)]
        self.run_part(2)
        self.assertEqual([self.published(thing) for thing in things], [3] * 8)


class TestWakingParts(ShardsCase):

    def wake(self):
        """Wake the accounts; returns how often each scheduled action of this account is triggered, and the statements
        it took."""
        triggers = self.env["ir.cron.trigger"]
        crons = self.crons()
        triggers.search([]).unlink()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env["marketplace.config"]._wake()
        self.env.flush_all()
        count = self.env.cr.sql_log_count - before
        return [triggers.search_count([("cron_id", "=", cron.id)]) for cron in crons], count

    def test_all_are_woken_at_the_price_of_one(self):
        once, statements = self.wake()
        self.assertEqual(once, [1])
        self.account.shards = 4
        self.assertEqual(self.wake(), ([1, 1, 1, 1], statements))

    def test_nobody_is_woken_when_the_first_is_archived(self):
        self.account.shards = 2
        self.account.cron_id.active = False
        self.assertEqual(self.wake()[0], [0, 0])

    def test_what_sync_now_leaves_is_for_all(self):
        self.account.shards = 2
        for number in range(2):
            self.offer(f"A{number}", 3)
        self.wake()
        self.env["ir.cron.trigger"].search([]).unlink()
        self.drain(limit=1)
        self.assertEqual(set(self.env["ir.cron.trigger"].search([]).cron_id), set(self.crons()))
