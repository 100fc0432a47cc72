# SPDX-License-Identifier: LGPL-3.0-or-later
from unittest.mock import patch

from lxml import etree

from odoo.tools import SQL

from odoo.addons.marketplace_sync.dev.scale import explain
from odoo.addons.marketplace_sync.dev.scale.explain import Plans, nodes

from .common import DIRTY
from .draining import DrainCase

PAGE = {"limit": 80, "count_limit": 10_001}  # what the web client asks for


class TestPlans(DrainCase):
    """Every statement of what is done all day can be served by an index.

    In this small database PostgreSQL would rather read a whole table: it is told not to if it can help it. Which plans
    it chooses by itself among a million products is asserted by `make bench-scale`.
    """

    def setUp(self):
        super().setUp()
        self.goods = [self.offer(f"PLAN-{number}", stock=5) for number in range(5)]
        self.account._drain()
        self.listings = self.env["marketplace.listing"].search([("config_id", "=", self.account.id)])
        self.user = self.make_user("planner", "marketplace_sync.group_marketplace_manager,stock.group_stock_user")
        self.env.flush_all()
        for table in ("product_product", "product_template", "stock_quant", "marketplace_listing", "marketplace_level",
                      "marketplace_history", "marketplace_sync_log", "stock_availability_dirty"):
            self.env.cr.execute(f"ANALYZE {table}")
        # What is left are loops over look-ups: a table is only read where no index can serve.
        for way in ("seqscan", "mergejoin", "hashjoin"):
            self.env.cr.execute(f"SET LOCAL enable_{way} = off")

    def assert_looked_up(self, work, least=1):
        """Some work reads all of no table.

        :param least: statements it has to take, for the check not to be idle
        """
        self.env.flush_all()
        self.env.invalidate_all()
        with Plans(walks=False) as plans:
            work()
            self.env.flush_all()
        self.assertGreaterEqual(plans.statements, least)
        self.assertFalse(plans.full_scans, "\n".join(plans.full_scans))

    def test_marking(self):
        def work():
            for product in self.goods:
                self.set_stock(product, 7)
            self.env.cr.flush()
        self.assert_looked_up(work)

    def test_sorting(self):
        for product in self.goods:
            self.set_stock(product, 7)
        self.env.cr.flush()
        self.assert_looked_up(self.sort)

    def test_draining(self):
        for product in self.goods:
            self.set_stock(product, 7)
        self.env.cr.flush()
        self.assert_looked_up(self.cron, least=10)
        self.assertEqual([self.published(product) for product in self.goods], [7] * 5)

    def test_collecting_garbage(self):
        self.listings._mark("test")
        self.env.cr.execute("UPDATE stock_availability_dirty SET listing_id = listing_id + 1000000")
        self.assert_looked_up(self.env[DIRTY]._gc_invalid_records)

    def test_account(self):
        self.listings._mark("test")
        account = self.account.with_user(self.user)
        specification = {name: {} for name in account._fields if name.endswith(("_count", "_tally"))}
        self.assert_looked_up(lambda: account.web_read(specification), least=5)

    def test_dashboard(self):
        """The log may be as large as the rest."""
        self.listings._mark("test")
        accounts = self.env["marketplace.config"].with_user(self.user)
        view = accounts.get_view(self.env.ref("marketplace_sync.marketplace_config_view_dashboard").id, "kanban")
        specification = {node.get("name"): {} for node in etree.fromstring(view["arch"]).iter("field")}
        with patch.object(explain, "LARGE", explain.LARGE | {"marketplace_sync_log"}):
            self.assert_looked_up(lambda: accounts.web_search_read([], specification), least=8)

    def test_a_day_of_the_log_is_added_up_in_its_index(self):
        for _number in range(50):
            self.account._log("info", "drain", "test", taken=1, calls=1)
        self.env.flush_all()
        # Lines of today that say nothing of pushes: without them another index may do as well.
        self.env.cr.execute(SQL(
            """INSERT INTO marketplace_sync_log (config_id, kind, level, message, create_date)
               SELECT %s, 'account', 'info', 'test', now() AT TIME ZONE 'UTC' FROM generate_series(1, 5000)""",
            self.account.id))
        self.env.cr.execute("ANALYZE marketplace_sync_log")
        with Plans() as plans:
            self.account.mapped("push_chart")
        self.assertIn("marketplace_sync_log_hours_index", plans.indexes)

    def test_listings(self):
        self.listings._mark("test")
        own = [("config_id", "=", self.account.id)]
        for domain in (
                [], own, [*own, ("state", "=", "error")], [("state", "=", "error")], [("state", "=", "conflict")],
                [("state", "=", "pending")], [("is_waiting", "=", True)], [("active", "=", False)],
                [("deferred_until", ">", "now")], [("sku", "=", "PLAN-1")]):
            with self.subTest(domain=domain):
                self._open_list("marketplace.listing", domain, ["display_name", "state", "quantity", "is_waiting"])

    def test_products(self):
        """Those with a failing or a waiting listing are looked up one by one, and so are the listings of a page."""
        self.listings[:2]._mark("test")
        self.listings[2].state = "error"
        columns = ["marketplace_badges", "marketplace_listing_count"]
        for model in ("product.product", "product.template"):
            for name, count in (("marketplace_failing", 1), ("marketplace_waiting", 2)):
                with self.subTest(model=model, filter=name):
                    self._open_list(model, [(name, "=", True)], columns)
                    self.assertEqual(self.env[model].with_user(self.user).search_count([(name, "=", True)]), count)

    def test_waiting(self):
        self.listings._mark("test")
        for domain in ([], [("config_id", "=", self.account.id)], [("listing_id", "=", False)]):
            with self.subTest(domain=domain):
                self._open_list(DIRTY, domain, ["marked_at", "product_tmpl_id", "product_id", "reason"])

    def test_counting_what_waits_looks_at_no_listing(self):
        self.listings._mark("test")
        waiting = self.env[DIRTY].with_user(self.user)
        with Plans() as plans:
            count = waiting.search_count([], limit=10_001)
        self.assertEqual(count, len(waiting.search([])))
        self.assertIn("stock_availability_dirty", plans.tables)
        self.assertTrue(plans.tables.isdisjoint({"marketplace_listing", "product_product"}), plans.tables)

    def test_grouping_what_waits_looks_at_no_listing(self):
        self.listings._mark("test")
        waiting = self.env[DIRTY].with_user(self.user)
        with Plans() as plans:
            groups = waiting.web_read_group([], ["config_id"], limit=80)["groups"]
        self.assertEqual(sum(group["__count"] for group in groups), len(waiting.search([])))
        self.assertTrue(plans.tables.isdisjoint({"marketplace_listing", "product_product"}), plans.tables)

    def test_a_product_is_looked_for_before_what_waits_is_read(self):
        self.listings._mark("test")
        page = self.env[DIRTY].with_user(self.user)._search(
            [("product_tmpl_id", "ilike", "nobody's")], limit=80, order="id")
        [[[plan]]] = self.env.execute_query(SQL("EXPLAIN (ANALYZE, FORMAT JSON) %s", page.select()))
        looked_up = sum(node["Actual Loops"] for node, _limited in nodes(plan["Plan"])
                        if node.get("Relation Name") == "marketplace_listing")
        self.assertFalse(looked_up)

    def test_a_page_of_waiting_listings_is_all_that_is_read(self):
        for number in range(20):
            self.offer(f"PAGE-{number}", stock=5)
        self.sort()
        # So few rows may as well be read and sorted, and now and then they were.
        self.env.cr.execute("SET LOCAL enable_sort = off")
        page = self.env["marketplace.listing"].with_user(self.user)._search(
            [("is_waiting", "=", True)], limit=15, order="id")
        [[[plan]]] = self.env.execute_query(SQL("EXPLAIN (ANALYZE, FORMAT JSON) %s", page.select()))
        read = sum(node["Actual Rows"] * node["Actual Loops"] for node, _limited in nodes(plan["Plan"])
                   if node.get("Relation Name") == "marketplace_listing")
        self.assertEqual(read, 15)

    def test_history(self):
        self._open_list("marketplace.history", [("listing_id", "=", self.listings[0].id)], ["at", "quantity"])

    def test_metrics(self):
        self.listings._mark("test")
        self.assert_looked_up(self.env["marketplace.metrics"]._text, least=4)

    def test_a_missing_index_shows(self):
        self.env.cr.execute("DROP INDEX stock_availability_dirty_listing_index")
        with Plans(walks=False) as plans:
            self.listings.mapped("is_waiting")
        self.assertIn("Seq Scan on stock_availability_dirty", plans.full_scans[0])

    def _open_list(self, model, domain, columns):
        records = self.env[model].with_user(self.user)
        self.assert_looked_up(lambda: records.web_search_read(domain, {name: {} for name in columns}, **PAGE))
