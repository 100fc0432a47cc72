# SPDX-License-Identifier: LGPL-3.0-or-later
"""Comparing: when it begins, what makes it wait, and how it goes on; who may look and who may press."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from odoo.addons.marketplace_sync.adapters.base import Allowance, Shown, Unauthorized, Unavailable

from .comparing import ReconcileCase
from .test_security import MANAGER, USER

COMPARISON = "odoo.addons.marketplace_sync.models.marketplace_comparison"


class RunCase(ReconcileCase):

    def setUp(self):
        super().setUp()
        self.account.write({"batch_size": 1, "parallel": 1})  # a chunk is of four listings

    def listen(self):
        """The SKUs the shop is asked about from now on."""
        asked, read = [], self.remote.read

        def listened(adapter, levels):
            asked.extend(level.sku for level in levels)
            return read(adapter, levels)

        self.remote.read = listened
        return asked

    def fail(self, error, after=0):
        """Let the shop fail when it has said so many numbers of what it is asked; gives back the way it was."""
        read = self.remote.read

        def failing(adapter, levels):
            for number, shown in enumerate(read(adapter, levels)):
                if number == after:
                    raise error
                yield shown

        self.remote.read = failing
        return lambda: setattr(self.remote, "read", read)

    def triggers(self, cron):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).mapped("call_at")

    @property
    def cron(self):
        return self.env.ref("marketplace_sync.ir_cron_reconcile")


class TestWaiting(RunCase):

    def test_the_shop_is_away(self):
        self.sell(*"ABCDEFGHIJ")
        for sku in "ABCDEFGHIJ":
            self.show(sku, 9)
        mend = self.fail(Unavailable("Down for maintenance.", retry_after=300), after=2)
        with self.silence():
            run = self.compare()
        self.assertRecordValues(run, [{
            "state": "running", "checked": 2, "drifted": 2, "note": "Down for maintenance.", "progress": 20.0}])
        self.assertEqual(run.retry_at, self.account.retry_at)
        self.assertGreater(run.retry_at, fields.Datetime.now() + timedelta(seconds=290))
        self.assertIn(run.retry_at, self.triggers(self.cron))
        self.assertIn(run.retry_at, self.triggers(self.account.cron_id))
        mend()
        asked = self.listen()
        self.go_on()
        self.assertFalse(asked, "it leaves the shop alone")
        self.account.retry_at = run.retry_at = fields.Datetime.now() - timedelta(seconds=1)
        self.go_on()
        self.assertEqual(asked, list("CDEFGHIJ"), "nothing is asked again")
        self.assertEqual((run.state, run.checked, run.drifted, run.note), ("done", 10, 10, False))
        self.assertEqual(sorted(run.drift_ids.mapped("sku")), list("ABCDEFGHIJ"))
        self.assertFalse(self.account.failures)
        self.assertFalse(self.account.last_error)

    def test_the_account_backs_off_already(self):
        self.sell("A")
        self.account.retry_at = fields.Datetime.now() + timedelta(minutes=5)
        asked = self.listen()
        self.assertEqual(self.compare().state, "running")
        self.assertFalse(asked)

    def test_an_answer_that_leaves_numbers_out(self):
        self.sell("A", "B")
        self.remote.read = lambda _adapter, levels: iter([Shown(levels[0].key, 10)])
        with self.silence():
            run = self.compare()
        self.assertEqual((run.state, run.checked), ("running", 1))
        self.assertEqual(run.note, "The shop left 1 numbers out of its answer.")

    def test_refused(self):
        self.sell("A")
        mend = self.fail(Unauthorized("The token is refused."))
        with self.silence():
            run = self.compare()
        self.assertEqual((self.account.state, self.account.last_error), ("error", "The token is refused."))
        self.assertEqual(run.state, "running")
        mend()
        self.go_on()
        self.assertEqual(run.state, "running", "a stopped account is left alone")
        self.account.state = "connected"
        self.go_on()
        self.assertEqual(run.state, "done")

    def test_what_nobody_foresaw_stops_no_other_account(self):
        self.sell("A")
        other = self.make_account(self.shop, name="Other")
        self.product("B", 1)
        self.drain(other)
        self.account.action_reconcile()
        other.action_reconcile()
        comparison, go_on = self.registry["marketplace.comparison"], self.registry["marketplace.comparison"]._go_on

        def stumble(self, record):
            if record.config_id.name != "Other":
                raise ZeroDivisionError
            return go_on(self, record)

        with patch.object(comparison, "_go_on", stumble), mute_logger(COMPARISON):
            self.go_on()
        self.assertEqual((self.account.reconcile_ids.state, other.reconcile_ids.state), ("running", "done"))
        self.assertGreater(self.account.reconcile_ids.retry_at, fields.Datetime.now())


class TestAllowance(RunCase):

    def test_half_a_day_is_left_to_pushing(self):
        tomorrow = fields.Datetime.now().replace(hour=7, minute=0, second=0) + timedelta(days=1)
        self.sell(*"ABCDEFGHIJ")
        self.remote = self.enter_stub(
            allowance_names=("calls",), granted=[Allowance("calls", 100, 56, tomorrow)], shown=self.remote.shown)
        asked = self.listen()
        run = self.compare()
        self.assertEqual(asked, list("ABCDEF"))
        self.assertEqual((run.state, run.checked, run.retry_at), ("running", 6, tomorrow))
        self.assertEqual(run.note, "50 of today's 100 calls (calls) are used. The rest is kept for pushing.")
        self.assertEqual(self.account.allowance_ids.used, 50, "what was asked is counted")
        self.assertIn(tomorrow, self.triggers(self.cron))
        self.go_on()
        self.assertEqual(len(asked), 6)
        self.account.allowance_ids.resets_at = run.retry_at = fields.Datetime.now() - timedelta(minutes=1)
        self.remote.granted[:] = [Allowance("calls", 100, 100, tomorrow)]
        self.go_on()
        self.assertEqual((run.state, run.checked, asked), ("done", 10, list("ABCDEFGHIJ")))


class TestShards(RunCase):

    def test_every_part_is_compared_once(self):
        self.account.shards = 3
        self.sell(*"ABCDEFGHIJ")
        asked = self.listen()
        run = self.compare()
        self.assertEqual((run.state, run.checked), ("done", 10))
        self.assertEqual(sorted(asked), list("ABCDEFGHIJ"))

    def test_dealt_anew_in_the_middle(self):
        self.sell(*"ABCDEFGHIJ")
        self.show("A", 3)
        mend = self.fail(Unavailable("Away."), after=2)
        with self.silence():
            run = self.compare()
        self.assertEqual((run.checked, run.drifted), (2, 1))
        mend()
        self.env.flush_all()
        self.account.write({"shards": 2, "retry_at": False})
        run.retry_at = False
        self.forget_marks()
        asked = self.listen()
        self.go_on()
        self.assertEqual((run.state, run.checked), ("done", 10))
        self.assertEqual(sorted(asked), list("ABCDEFGHIJ"))


class TestBegin(RunCase):

    def begun(self):
        """How many comparisons the scheduled action began."""
        before = len(self.account.reconcile_ids)
        self.go_on()
        return len(self.account.reconcile_ids) - before

    def test_when_it_is_due(self):
        self.sell("A")
        self.assertEqual(self.account.reconcile_hours, 24)
        self.assertEqual((self.begun(), self.begun()), (1, 0))
        run = self.account.reconcile_ids
        run.started_at = fields.Datetime.now() - timedelta(hours=23)
        self.assertEqual(self.begun(), 0)
        run.started_at = fields.Datetime.now() - timedelta(hours=23, minutes=55)
        self.assertEqual(self.begun(), 1, "the scheduled action is not there to the second")

    def test_never(self):
        self.account.reconcile_hours = 0
        self.assertEqual(self.begun(), 0)
        self.assertEqual(self.compare().state, "done", "but by the button")

    def test_not_while_paused(self):
        self.account.state = "paused"
        self.assertEqual(self.begun(), 0)

    def test_an_account_that_can_not_work_keeps_none_from_it(self):
        """An update may have made its request format impossible."""
        profile = self.env["marketplace.rest.profile"].search([], limit=1)
        broken = self.make_account(
            self.open_shop(), name="Broken", platform="rest", rest_profile_id=profile.id)
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE marketplace_rest_profile SET path = '' WHERE id = %s", profile.id))
        self.env.invalidate_all()
        self.assertEqual(self.begun(), 1)
        self.assertFalse(broken.reconcile_ids)

    def test_another_shop_is_compared_from_the_start(self):
        self.sell("A", "B")
        run = self.env["marketplace.reconcile"]._begin(self.account)
        run.write({"checked": 1, "drifted": 1, "last_listing_id": self.account.listing_ids[0].id})
        self.account.base_url = self.open_shop().url
        self.assertRecordValues(run, [{"state": "running", "checked": 0, "drifted": 0, "last_listing_id": 0}])

    def test_nothing_to_compare_is_not_worth_a_line(self):
        self.assertEqual(self.begun(), 1)
        self.assertEqual(self.account.reconcile_ids.state, "done")
        self.assertFalse(self.env["marketplace.sync.log"].search([("kind", "=", "reconcile")]))

    def test_a_shop_that_can_not_be_asked(self):
        self.enter_stub(can_read=False)
        self.assertEqual(self.begun(), 0)
        with self.assertRaisesRegex(UserError, "can't be asked for its numbers"):
            self.account.action_reconcile()

    def test_a_shop_that_can_not_be_asked_any_more(self):
        self.sell("A")
        self.account.action_reconcile()
        self.enter_stub(can_read=False)
        run = self.go_on()
        self.assertEqual((run.state, run.checked), ("done", 0))
        self.assertIn("can't be asked", run.note)
        self.assertEqual(self.account.state, "connected")

    def test_the_button(self):
        self.sell("A", "B")
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]).unlink()
        answer = self.account.action_reconcile()
        self.assertIn("2 listings are compared", answer["params"]["message"])
        self.assertTrue(self.triggers(self.cron))
        self.assertEqual(self.account.reconcile_ids.state, "running")
        self.account.action_reconcile()
        self.assertEqual(len(self.account.reconcile_ids), 1, "it is under way already")

    def test_not_connected(self):
        self.account.state = "draft"
        with self.assertRaisesRegex(UserError, "is not connected"):
            self.account.action_reconcile()


class TestSecurity(RunCase):

    def test_who_may_look_and_who_may_press(self):
        user, manager = self.make_user("rec-user", USER), self.make_user("rec-manager", MANAGER)
        nobody = self.make_user("rec-nobody", "stock.group_stock_manager")
        stranger = self.make_user("rec-stranger", MANAGER, self.make_company("Elsewhere"))
        self.sell("A")
        self.show("A", 3)
        self.account.with_user(manager).action_reconcile()
        run = self.go_on()
        self.assertTrue(run.drift_ids)
        for who, may_read in ((user, True), (manager, True), (nobody, False), (stranger, False)):
            for record in (run, run.drift_ids):
                seen = record.with_user(who).with_context(allowed_company_ids=who.company_ids.ids)
                with self.subTest(model=record._name, user=who.login):
                    self.assertEqual(seen.has_access("read"), may_read)
                    self.assertFalse(any(seen.has_access(kind) for kind in ("write", "create", "unlink")))
        self.assertEqual(self.account.with_user(user).drift_count, 1)
        self.assertTrue(self.account.with_user(user).action_open_drift())
        for who in (user, nobody, stranger):
            with self.subTest(user=who.login), self.assertRaises(AccessError):
                self.account.with_user(who).action_reconcile()
