# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # each reservation is a short transaction of its own
import psycopg2

from odoo.sql_db import db_connect
from odoo.tools import SQL

from ..adapters.base import Unavailable
from ..adapters.words import _lt

BURST = 4  # calls that may go at once after a pause
FAR = 7200  # seconds: nobody reserves a call so far ahead, so the clock was wrong then, or is now


class DatabasePace:
    """A `Pace` (see adapters.base) for all threads, processes and hosts that work on one database.

    The generic cell rate algorithm, kept as one moment per account in PostgreSQL: a call moves it `1 / rate` seconds
    into the future, and has to wait while it lies more than `BURST` calls ahead.

    :param str database: its name, for connections of its own: it is asked from the threads that call
    :param int account_id: id of a marketplace.config
    :param float rate: calls a second
    """

    def __init__(self, database, account_id, rate):
        self._database, self._account_id, self._interval = database, account_id, 1 / rate

    def take(self):
        """Reserve the next call; the seconds to wait before sending it."""
        return self._move(0, self._interval)

    def hold(self, seconds):
        """Let nobody call for so many seconds."""
        # The bucket is empty when the wait is over, so that what waited does not all go at once.
        self._move(seconds + (BURST - 1) * self._interval, 0)

    def _move(self, at_least, step):
        """Move the account's moment to at least so many seconds from now, and on by `step` seconds."""
        try:
            return self._reserve(at_least, step)
        except psycopg2.Error:
            raise Unavailable(_lt("The turns of this account can't be counted: PostgreSQL is away.")) from None

    def _reserve(self, at_least, step):
        with db_connect(self._database).cursor() as cr:
            # Who waits for the row must then see what its holder wrote, not an old snapshot's; and what a crash of
            # PostgreSQL's would lose is worth less than waiting for the disk.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute("SET LOCAL synchronous_commit = off")
            cr.execute("SET LOCAL lock_timeout = '5s'")
            cr.execute(SQL(
                """
                INSERT INTO marketplace_pace AS known (config_id, full_at)
                VALUES (%(account)s, clock_timestamp() + (%(at_least)s + %(step)s) * interval '1 second')
                    ON CONFLICT (config_id) DO UPDATE
                   SET full_at = greatest(
                           CASE WHEN known.full_at < clock_timestamp() + %(far)s * interval '1 second'
                                THEN known.full_at END,
                           clock_timestamp() + %(at_least)s * interval '1 second') + %(step)s * interval '1 second'
                RETURNING greatest(0, extract(epoch FROM full_at - clock_timestamp()) - %(burst)s)::float
                """,
                account=self._account_id, at_least=at_least, step=step, far=FAR, burst=BURST * self._interval))
            [wait] = cr.fetchone()
            cr.commit()
        return wait
