# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # these tests are about what real commits do
"""I4: a push is repeatable. A drain dies when the shop has the numbers and the database does not know it yet."""

import os
import signal
import subprocess
import sys

import psycopg2

from odoo.tools import SQL, config, mute_logger

from .concurrent import PATIENCE, ConcurrentCase, interposed, wait_until

DRAIN = """
import sys
import odoo
import odoo.api
from odoo.modules.registry import Registry
from odoo.tools import config
addons_path, data_dir, database, account_id = sys.argv[1:]
config.parse_config([f"--addons-path={addons_path}", f"--data-dir={data_dir}", f"--database={database}", "--no-http"])
with Registry(database).cursor() as cr:
    odoo.api.Environment(cr, 1, {})["marketplace.config"].browse(int(account_id))._cron_drain()
"""


class Crash(Exception):
    """The server stops right here."""


def crash(*_args):
    raise Crash


class TestCrash(ConcurrentCase):

    def setUp(self):
        super().setUp()
        self.things = [self.offer(f"A{number}", 10) for number in range(3)]
        self.push()
        for thing in self.things:
            self.commit_stock(thing, -3)

    def crash_by(self, action, error):
        """A drain that dies of `action` between the push and the commit."""
        with interposed(self.registry["marketplace.drain"], "_store", action), mute_logger("odoo.sql_db"), \
                self.assertRaises(error):
            self.push()
        for thing in self.things:
            self.assertEqual(self.published(thing), 7, "the shop has it")
            self.assertTrue(self.waiting(thing), "Odoo does not know")

    def assert_healed(self):
        """The next drain makes everything well, and the shop was told once."""
        self.assertFalse(self.locks())
        done = self.push()
        self.assertEqual((done["done"], done["failed"], done["remaining"]), (3, 0, 0))
        self.refresh()
        for thing in self.things:
            self.assertEqual(self.written(thing), [10, 7])
            self.assertEqual(self.listing(thing).quantity, 7)
            self.assertFalse(self.waiting(thing))

    def test_exception(self):
        self.crash_by(crash, Crash)
        self.assert_healed()

    def test_connection_closed(self):
        self.crash_by(lambda drain, *_args: drain.env.cr.connection.close(), psycopg2.Error)
        self.assert_healed()

    def test_database_restarted(self):
        def terminate(drain, *_args):
            [[pid]] = drain.env.execute_query(SQL("SELECT pg_backend_pid()"))
            with self.transaction() as env:
                env.cr.execute(SQL("SELECT pg_terminate_backend(%s, 5000)", pid))

        self.crash_by(terminate, psycopg2.Error)
        self.assert_healed()

    def test_stock_goes_on_changing_after_the_crash(self):
        self.crash_by(crash, Crash)
        for thing in self.things:
            self.commit_stock(thing, -2)
        self.push()
        for thing in self.things:
            self.assertEqual(self.written(thing), [10, 7, 5])
            self.assertFalse(self.waiting(thing))

    def test_crash_while_linking(self):
        thing = self.offer("NEW", 4)
        with interposed(self.registry["marketplace.drain"], "_store_links", crash), self.assertRaises(Crash):
            self.push()
        self.push()
        self.assertEqual(self.written(thing), [4])
        self.assertFalse(self.waiting(thing))


class TestKilledProcess(ConcurrentCase):

    def drain_in_a_process(self):
        """Another Odoo process that drains the account, as a cron worker does."""
        arguments = [config["addons_path"], config["data_dir"], self.env.cr.dbname, self.account.id]
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", DRAIN, *(
                ",".join(argument) if isinstance(argument, list) else str(argument) for argument in arguments)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)
        return process

    def test_killed_in_the_middle(self):
        self.account.write({"batch_size": 2, "parallel": 1})
        things = [self.offer(f"A{number:02}", 10 + number) for number in range(30)]
        self.shop.latency = 0.05
        process = self.drain_in_a_process()
        wait_until(lambda: len(self.shop.writes) >= 8 or process.poll() is not None, "the drain to push")
        self.assertIsNone(process.poll(), "the drain is under way")
        self.assertTrue(self.locks())
        os.kill(process.pid, signal.SIGKILL)
        self.assertEqual(process.wait(PATIENCE), -signal.SIGKILL)
        wait_until(lambda: not self.locks(), "the database to notice")
        self.assertLess(len(self.shop.writes), len(things), "it was killed in the middle")
        self.assertTrue(all(self.waiting(thing) for thing in things), "nothing was stored")

        self.shop.latency = 0
        done = self.push()
        self.assertEqual((done["done"], done["failed"], done["remaining"]), (30, 0, 0))
        for number, thing in enumerate(things):
            self.assertEqual(self.published(thing), 10 + number)
            self.assertEqual(set(self.written(thing)), {10 + number})
            self.assertFalse(self.waiting(thing))
