# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""First the right to push, then the snapshot: what the lock itself promises, whoever uses it (I3)."""

from odoo.addons.marketplace_sync.models.advisory_lock import SORT, session_lock

from .concurrent import Background, ConcurrentCase, wait_until


class TestSessionLock(ConcurrentCase):

    def test_whoever_waited_for_it_sees_what_its_holder_committed(self):
        thing = self.offer("A", 10)
        holder, waiter = self.session(), self.session()

        def wait_and_look():
            with session_lock(waiter.cr, SORT, wait=True) as held:
                return held, self.stock_seen(waiter, thing)

        with session_lock(holder.cr, SORT) as held:
            self.assertTrue(held)
            waiting = Background(wait_and_look)
            wait_until(self.is_waited_for, "the other to ask for the lock")
            self.commit_stock(thing, 5)
        self.assertEqual(waiting.result(), (True, 15))

    def stock_seen(self, env, product):
        env.cr.execute("SELECT sum(quantity)::integer FROM stock_quant WHERE product_id = %s AND location_id = %s",
                       [product.id, self.stock.id])
        return env.cr.fetchone()[0]

    def is_waited_for(self):
        with self.transaction() as env:
            env.cr.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
            return env.cr.fetchone()[0]
