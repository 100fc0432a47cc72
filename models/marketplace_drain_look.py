# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining works on a cursor of its own
import time

from odoo import models

from ..adapters.base import Acknowledged, AdapterError, Conflict

FRESH_SECONDS = 5.0  # in which a number that was read in the shop is still taken for its own


class MarketplaceDrain(models.AbstractModel):
    """Looking before writing: what the shop has sold by itself must not be put on sale again.

    A marketplace with compare-and-set tells when its number is not the one it was sent last. The others are asked
    before, where little is left: with plenty in stock the order reaches Odoo long before the last piece is sold.
    """

    _inherit = "marketplace.drain"

    def _doubtful(self, run, levels):
        """The levels whose number in the shop has to be asked for before they are written."""
        account, adapter = run.account, run.adapter
        # Reading a whole shop for a few numbers takes longer than a sale does.
        if adapter.compares or not (adapter.can_read and adapter.looks_cheaply):
            return []
        look_below = account.look_below if account.conflict_policy != "overwrite" else -1
        return [level for level in levels if level.previous is not None and not level.suspect
                and (level.quantity == level.previous or level.quantity <= look_below)
                and not self._was_just_found(run, level)]

    def _was_just_found(self, run, level):
        """Whether the shop was seen with this number a moment ago: looking again would only give somebody time to
        buy."""
        quantity, seen_at = run.looked_at.pop(level.key, (None, 0.0))
        return quantity == level.previous and time.monotonic() - seen_at < FRESH_SECONDS

    def _look(self, adapter, levels):
        """Ask the shop for the numbers that are about to be changed; reads nothing of the database.

        A number that can't be read is pushed as it is: what is wrong shows then.

        :param levels: list of adapters.base.Level
        :return: outcomes by key of levels that need not, or must not, be pushed now; and the trouble or None
        """
        by_key, outcomes = {level.key: level for level in levels}, {}
        try:
            for shown in adapter.read(levels) if levels else ():
                level = by_key[shown.key]
                if shown.quantity == level.quantity:
                    outcomes[shown.key] = Acknowledged(
                        shown.key, shown.quantity, shown.request_id, found=shown.quantity != level.previous)
                elif shown.quantity not in (None, level.previous):
                    outcomes[shown.key] = Conflict(shown.key, shown.quantity, shown.request_id)
        except AdapterError as error:
            return outcomes, error
        return outcomes, None

    def _meet_changes(self, run, levels, outcomes, numbers, attempt):
        """Let the account's policy judge the numbers somebody changed in the shop, in a transaction of its own.

        By itself and first: what a shop sold must be known to all accounts before anything else is stored.

        :param attempt: the id of the one these outcomes are of, see marketplace.attempt
        """
        previous = {level.key: level.previous for level in levels}
        changed = [
            (*key, previous[key], outcome.actual if isinstance(outcome, Conflict) else outcome.quantity,
             outcome.request_id)
            for key, outcome in outcomes.items()
            if previous.get(key) is not None and (
                isinstance(outcome, Conflict)
                # More than before and right already: a try of ours that seemed lost.
                or isinstance(outcome, Acknowledged) and outcome.found and outcome.quantity < previous[key])]
        now = time.monotonic()
        run.looked_at.update({tuple(key): (actual, now) for *key, _previous, actual, _request_id in changed})
        if changed and run.account.conflict_policy != "overwrite":
            seen = {key: number.stock for key, number in numbers.items()}
            self.env["marketplace.conflict"]._meet(run.account, changed, seen, attempt)
            self.env.cr.commit()
