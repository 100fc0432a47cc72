# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining works on a cursor of its own
from contextlib import contextmanager
from functools import partial

from odoo import models


class MarketplaceDrain(models.AbstractModel):
    """Keeping the requests that failed, after each part of a drain and at its end."""

    _inherit = "marketplace.drain"

    def _drain_chunk(self, run, chunk):
        result = super()._drain_chunk(run, chunk)
        self._keep_exchanges(run.account, run.witness)
        return result

    def _finish(self, run):
        result = super()._finish(run)
        self._keep_exchanges(run.account, run.witness)
        return result

    @contextmanager
    def _keeping_exchanges(self, account, witness):
        """Keep what goes on in the block, however it ends."""
        try:
            yield
        finally:
            self.env.cr.rollback()
            self._keep_exchanges(account, witness)

    def _keep_exchanges(self, account, witness):
        """Write down what the witness has seen, in a transaction that holds nothing else; most often that is nothing.

        :param account: marketplace.config
        :param witness: Witness, None where nobody looks
        """
        exchanges = witness and witness.take()
        if exchanges and account.exists():
            self._commit_in_turn(account, partial(self.env["marketplace.exchange"]._keep, account, exchanges))
