# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining and sorting work on a cursor of their own
"""PostgreSQL's session-level advisory locks, held across transactions.

Invariant I3 rests on the order kept here: first the right to push, then the snapshot. Under REPEATABLE READ a
lock taken inside the pushing transaction comes too late, because asking for it already takes the snapshot; one
that was waited for then protects an old one.
"""

from contextlib import contextmanager

import psycopg2.errors

from odoo.tools import SQL

# Advisory locks are numbers shared by everyone in a database: two 32-bit halves, of which this one is ours.
NAMESPACE = 0x4D534E43  # "MSNC"
SORT = 0
WAIT_SECONDS = 10


def shard_key(account_id, shard):
    """The lock number of one shard of one account; 0 is kept for sorting.

    :param int account_id: id of a marketplace.config, below 2**24
    :param int shard: from 0 to 63
    """
    return account_id * 64 + shard + 1


@contextmanager
def session_lock(cr, key, *, wait=False):
    """Hold an advisory lock on the session of `cr`, yield whether it was got.

    Ends the transaction of `cr` before and after taking the lock: what is read inside the block comes from a
    snapshot that is younger than the lock. Commit what should be kept before leaving; leaving rolls back.

    :param cr: a cursor of its own for this work
    :param int key: `SORT` or a `shard_key`
    :param bool wait: wait up to `WAIT_SECONDS` for whoever holds it, instead of giving up at once
    """
    cr.commit()
    held = _wait_for(cr, key) if wait else _try(cr, key)
    cr.commit()
    try:
        yield held
    finally:
        # A lost connection has lost its locks too.
        if held and not cr.connection.closed:
            cr.rollback()
            cr.execute(SQL("SELECT pg_advisory_unlock(%s, %s)", NAMESPACE, key))
            cr.commit()


def try_transaction_lock(cr, key):
    """Take the lock until the end of the transaction of `cr`, unless somebody holds it.

    :return: whether it was got
    """
    cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", NAMESPACE, key))
    return cr.fetchone()[0]


def _try(cr, key):
    cr.execute(SQL("SELECT pg_try_advisory_lock(%s, %s)", NAMESPACE, key))
    return cr.fetchone()[0]


def _wait_for(cr, key):
    cr.execute(SQL("SET LOCAL lock_timeout = %s", f"{WAIT_SECONDS}s"))
    try:
        cr.execute(SQL("SELECT pg_advisory_lock(%s, %s)", NAMESPACE, key), log_exceptions=False)
    except psycopg2.errors.LockNotAvailable:
        cr.rollback()
        return False
    return True
