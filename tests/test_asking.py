# SPDX-License-Identifier: LGPL-3.0-or-later
"""Listings that wait for somebody's answer, while everything around them goes on."""

from .test_holds import AskingCase


class TestAsking(AskingCase):

    def setUp(self):
        super().setUp()
        self.assertEqual((self.asking().state, self.shown()), ("conflict", (3, 9)))

    def test_a_policy_that_counts_as_sold(self):
        self.account.conflict_policy = "respect"
        self.settle()
        self.assertEqual((self.asking().state, self.held(), self.shown()), ("linked", 2, (7, 7)))

    def test_a_policy_by_which_odoo_is_right(self):
        self.account.conflict_policy = "overwrite"
        self.settle()
        self.assertEqual((self.asking().state, self.held(), self.shown()), ("linked", 0, (9, 9)))

    def test_a_setting_that_is_no_answer(self):
        self.account.write({"conflict_policy": "ask", "hold_minutes": 30})
        self.assertEqual(self.asking().state, "conflict")

    def test_changes_do_not_pile_up(self):
        """A busy product would leave a mark with every sale for as long as nobody answers."""
        waiting = self.count_marks()
        for stock in range(10, 20):
            self.set_stock(self.thing, stock)
            self.settle()
        self.assertEqual(self.count_marks(), waiting)
        self.assertTrue(self.asking().is_waiting)
        self.asking().action_publish_ours()
        self.settle()
        self.assertEqual((self.shown(), self.count_marks()), ((19, 19), 0))

    def test_another_shop_has_no_question(self):
        self.account.base_url = self.open_shop().url
        self.assertRecordValues(
            self.asking(), [{"state": "pending", "conflict_since": False, "conflict_quantity": 0}])

    def test_the_place_in_question_is_deleted(self):
        self.account.location_ids.unlink()
        self.asking().action_count_as_sold()
        self.assertRecordValues(self.asking(), [{"state": "linked", "conflict_since": False}])
