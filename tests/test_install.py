# SPDX-License-Identifier: LGPL-3.0-or-later
"""Install, update, uninstall, install again, on a database of its own and through Odoo's command line.

`dev/test.py` says which variables this test finds its database and Odoo by.
"""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2

from odoo.tests import BaseCase, tagged

VARIABLES = {
    name: f"MARKETPLACE_SYNC_{name}"
    for name in ("TEMPLATE_DB", "TEMPLATE_FILESTORE", "SCRATCH_DB", "ODOO_BIN", "RC")
}
# Python's own warnings (py.warnings) are about Odoo's imports, which are not ours to mend.
COMPLAINT = re.compile(r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ (?!py\.warnings)")
PATIENCE = 240  # seconds for one call of Odoo: a hang is a failure, not a wait

# Everything PostgreSQL and Odoo know by name, so that what an addon leaves behind shows as a difference.
TRACES = {
    "relations": """
        SELECT relkind::text || ' ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
    "columns": """
        SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass || ' ' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "triggers": "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "scheduled actions": "SELECT cron_name FROM ir_cron",
    "server actions": "SELECT code FROM ir_act_server WHERE code IS NOT NULL",
    "parameters": "SELECT key FROM ir_config_parameter",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "external ids": "SELECT module || '.' || name FROM ir_model_data WHERE name NOT LIKE 'module_%'",
    "views": "SELECT key FROM ir_ui_view WHERE key IS NOT NULL",
    "menus": "SELECT name::text FROM ir_ui_menu",
    "groups": "SELECT name::text FROM res_groups",
    "rules": "SELECT name FROM ir_rule",
    "activity types": "SELECT name::text FROM mail_activity_type",
    "activities": "SELECT res_model FROM mail_activity WHERE res_model LIKE 'marketplace%'",
    "messages": "SELECT model FROM mail_message WHERE model LIKE 'marketplace%'",
    "assets": "SELECT name FROM ir_asset",
}

USE = """
product = env["product.product"].create({
    "name": "Installed", "default_code": "INSTALLED", "is_storable": True, "shopify_product": True})
account = env["marketplace.config"].create({
    "name": "Installed", "base_url": "http://127.0.0.1:9", "allow_private": True,
    "access_token": "shpat_installed", "shards": 2})
stock = env["stock.warehouse"].search([("company_id", "=", account.company_id.id)], limit=1).lot_stock_id
env["marketplace.location"].create({
    "config_id": account.id, "name": "Main", "external_id": "1", "location_ids": stock.ids})
env["stock.quant"]._update_available_quantity(product, stock, 5)
account._log("info", "account", "installed")
account.activity_schedule("marketplace_sync.mail_activity_account_stopped", user_id=env.uid)
env.cr.commit()
assert account.cron_id and account.listing_ids, "the addon works"
env.cr.execute("SELECT count(*) FROM stock_availability_dirty_shopify")
assert env.cr.fetchone()[0], "the change is waiting"
"""

UNINSTALL = """
from odoo.modules.registry import Registry
env["ir.module.module"].search([("name", "=", "marketplace_sync")]).button_immediate_uninstall()
with Registry(env.cr.dbname).cursor() as cr:
    fresh = env(cr=cr)
    product = fresh["product.product"].search([("default_code", "=", "INSTALLED")])
    stock = fresh["stock.warehouse"].search([], limit=1).lot_stock_id
    fresh["stock.quant"]._update_available_quantity(product, stock, 1)
"""


@tagged("post_install", "-at_install")
class TestInstall(BaseCase):
    """The addon comes and goes without a trace."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        missing = [variable for variable in VARIABLES.values() if not os.environ.get(variable)]
        if missing:
            self.skipTest(f"Installing is tested by `make test`, which sets {', '.join(missing)}")
        self.given = {name: os.environ[variable] for name, variable in VARIABLES.items()}
        self.database = self.given["SCRATCH_DB"]
        config = configparser.RawConfigParser()
        config.read(self.given["RC"])
        self.filestore = Path(config["options"]["data_dir"]) / "filestore" / self.database
        self.drop()
        self.addCleanup(self.drop)
        self.run_program("createdb", "-T", self.given["TEMPLATE_DB"], self.database)
        shutil.copytree(self.given["TEMPLATE_FILESTORE"], self.filestore)

    def drop(self):
        self.run_program("dropdb", "--if-exists", "--force", self.database)
        shutil.rmtree(self.filestore, ignore_errors=True)

    def run_program(self, *command, **options):
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, **options)
        self.assertEqual(done.returncode, 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def odoo(self, *arguments, script=None):
        """Call Odoo's command line; a warning or an error it logs is a failure."""
        subcommand = ["shell"] if script else []
        said = self.run_program(
            *shlex.split(self.given["ODOO_BIN"]), *subcommand, "-c", self.given["RC"], "-d", self.database, "--no-http",
            *arguments, input=script)
        complaints = [line for line in said.splitlines() if COMPLAINT.match(line)]
        self.assertFalse(complaints, said)
        self.assertNotIn("Traceback", said)

    def traces(self):
        with closing(psycopg2.connect(dbname=self.database)) as connection, connection.cursor() as cr:
            found = {}
            for kind, query in TRACES.items():
                cr.execute(query)
                found[kind] = {name for [name] in cr.fetchall()}
            return found

    def left(self, before):
        """What is there now and was not before, or the other way round."""
        after = self.traces()
        return {
            kind: difference for kind in TRACES
            if (difference := after[kind] ^ before[kind])
        }

    def test_life(self):
        before = self.traces()
        self.odoo("-i", "marketplace_sync", "--stop-after-init")
        installed = self.left(before)
        for kind, name in (
            ("relations", "r stock_availability_dirty"),
            ("relations", "v stock_availability_dirty_shopify"),
            ("relations", "S stock_availability_dirty_id_seq"),
            ("models", "marketplace.config"),
            ("columns", "product_product.shopify_product"),
        ):
            self.assertIn(name, installed[kind])
        self.odoo(script=USE)
        used = self.left(before)
        self.assertTrue(used["scheduled actions"])

        self.odoo("-u", "marketplace_sync", "--stop-after-init")
        self.assertEqual(self.left(before), used, "an update changes nothing")

        self.odoo(script=UNINSTALL)
        self.assertEqual(self.left(before), {})

        self.odoo("-i", "marketplace_sync", "--stop-after-init")
        self.assertEqual(self.left(before), installed, "the second time is like the first")
