# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long the server takes to answer what the web client asks for when a screen is opened.

The account has 100,000 listings, which all wait, 200 have failed, and its log has a line for each second of the last
day. A running Odoo server answers over HTTP; each time counts all requests of the screen: its action, its views, which
the web client would ask for only once, and the records of its first page.
"""

import time
from collections.abc import Iterator

from lxml import etree

from dev import postgres, server
from dev.bench import data, figures
from dev.bench.inside import environment
from dev.provision import Machine
from dev.rpc import Client
from dev.say import Trouble

LISTINGS = 100_000
FAILED = 200
RUNS = 21
COUNT_LIMIT = 10_001  # what the web client counts to
SCREENS = {
    "ui.dashboard_ms": ("marketplace_dashboard_action", {"limit": 40}),
    "ui.listings_ms": ("marketplace_listing_action", {"limit": 80, "count_limit": COUNT_LIMIT}),
    "ui.waiting_ms": ("stock_availability_dirty_action", {"limit": 80, "count_limit": COUNT_LIMIT}),
}


def measure(machine: Machine) -> None:
    """Open each screen again and again."""
    with data.selling(machine, LISTINGS) as (name, _shop, account_id):
        _furnish(name, account_id)
        # Without scheduled actions: nothing is to be pushed meanwhile.
        with server.serving(machine, name, cron_threads=0) as served:
            client = Client(served.url, name)
            try:
                for figure, (action, page) in SCREENS.items():
                    figures.note(figure, list(_milliseconds(client, f"marketplace_sync.{action}", page)))
            finally:
                client.close()


def _furnish(name: str, account_id: int) -> None:
    """Leave a queue, failures and a log."""
    data.set_all(name, data.PIECES + 1)
    with environment(name) as env:
        while env["stock.availability.dirty"]._sort():
            pass
    with postgres.connected(name) as cursor:
        cursor.execute(
            """
            UPDATE marketplace_listing
               SET state = 'error', error = 'The shop has no such item', error_at = now(), failed_since = now(),
                   next_attempt = now() + interval '1 day'
             WHERE id IN (SELECT id FROM marketplace_listing ORDER BY id LIMIT %s)
            """,
            [FAILED],
        )
        cursor.execute(
            """
            INSERT INTO marketplace_sync_log (config_id, company_id, kind, level, message, taken, acknowledged,
                                              unchanged, failed, remaining, calls, seconds, create_date)
            SELECT account.id, account.company_id, 'drain', 'info', '5 up to date, 0 failed', 5, 4, 1, 0, 0, 1, 0.1,
                   now() AT TIME ZONE 'UTC' - second * interval '1 second'
              FROM marketplace_config account, generate_series(86399, 0, -1) AS second
             WHERE account.id = %s
            """,
            [account_id],
        )
    data.tidy(name, "marketplace_listing", "marketplace_sync_log", "stock_availability_dirty")


def _milliseconds(client: Client, action: str, page: dict) -> Iterator[float]:
    """Yield how long a screen takes to open."""
    for run in range(RUNS + 1):
        started = time.perf_counter()
        records = _open(client, action, page)
        milliseconds = (time.perf_counter() - started) * 1000
        if not records:
            raise Trouble(f"There is nothing to be seen in {action}.")
        if run:  # the first one fills caches
            yield milliseconds


def _open(client: Client, action: str, page: dict) -> list[dict]:
    """Ask for what the web client asks for, and return the records shown."""
    opened = client.load_action(action)
    model = opened["res_model"]
    kind = opened["views"][0][1]
    answer = client.call(model, "get_views", [*opened["views"], [False, "search"]], {"toolbar": True})
    arch = etree.fromstring(answer["views"][kind]["arch"])
    fields = answer["models"][model]["fields"]
    shown = {node.get("name") for node in arch.iter("field")}
    specification = {
        name: {"fields": {"display_name": {}}} if fields[name]["type"] == "many2one" else {} for name in shown}
    return client.call(model, "web_search_read", [], specification, **page)["records"]
