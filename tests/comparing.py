# SPDX-License-Identifier: LGPL-3.0-or-later
"""What tests of the comparison share."""


class ComparingMixin:
    """Helpers for test classes that have `self.env` and `self.account`."""

    def compare(self):
        """Press the button and let the scheduled action work once; gives the account's newest comparison."""
        self.account.action_reconcile()
        return self.go_on()

    def go_on(self):
        """What the scheduled action does."""
        self.env.cr.flush()
        self.env["marketplace.reconcile"]._cron_compare()
        self.env.invalidate_all()
        return self.account.reconcile_ids[:1]

    def drifts(self, run):
        """What a comparison found: dict SKU -> (reason, shown, acknowledged, expected)."""
        return {drift.sku: (drift.reason, drift.shown, drift.acked, drift.expected) for drift in run.drift_ids}
