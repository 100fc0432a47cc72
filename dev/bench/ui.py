# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long the server takes to answer what the web client asks for when a screen is opened, filtered and grouped.

The account has 100,000 listings, which all wait; its log has a line for each second of the last day, and its history,
its requests and its last comparison have 100,000 lines, too. A running Odoo server answers over HTTP.

Of a list everything is tried that its search view offers: each filter, each way to group, and a SKU typed for each
field. Its figure is the slowest of these. Opening it counts its action and its views, too, which the web client would
ask for only once.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from dev import say, server
from dev.bench import data, figures, ui_data, webclient
from dev.provision import Machine
from dev.rpc import Client
from dev.say import Trouble

LISTINGS = 100_000
OPENED = 21  # times each screen is
RUNS = 5  # of everything else
SKU = data.SKU % 54_321


@dataclass(frozen=True)
class List:
    """A screen with many records.

    :param action: its external id, in this addon unless it says where
    :param kind: of its view, the first one by default
    :param own: the names its filters begin with, where only some are the addon's
    """

    action: str
    kind: str | None = None
    own: tuple[str, ...] = ("",)


MARKETPLACE = ("on_", "not_on_", "marketplace_")  # of the addon's filters on Odoo's own products
LISTS = {
    "ui.dashboard_ms": List("marketplace_dashboard_action"),
    "ui.listings_ms": List("marketplace_listing_action"),
    "ui.waiting_ms": List("stock_availability_dirty_action"),
    "ui.logs_ms": List("marketplace_sync_log_action"),
    "ui.requests_ms": List("marketplace_exchange_action"),
    "ui.drift_ms": List("marketplace_drift_action"),
    "ui.comparisons_ms": List("marketplace_reconcile_action"),
    "ui.pushes_graph_ms": List("marketplace_sync_log_analysis_action", "graph"),
    "ui.pushes_pivot_ms": List("marketplace_sync_log_analysis_action", "pivot"),
    "ui.bulk_ms": List("marketplace_bulk_action"),
    "ui.history_ms": List("marketplace_history_action"),
    "ui.marketplaces_ms": List("marketplace_config_action"),
    "ui.credentials_ms": List("marketplace_credential_action"),
    "ui.rules_ms": List("marketplace_rule_action"),
    "ui.formats_ms": List("marketplace_rest_profile_action"),
    "ui.products_ms": List("stock.product_template_action_product", "list", MARKETPLACE),
    "ui.products_kanban_ms": List("stock.product_template_action_product", "kanban", MARKETPLACE),
    "ui.variants_ms": List("stock.stock_product_normal_action", "list", MARKETPLACE),
}
FORMS = {
    "ui.listing_form_ms": "marketplace_listing_action",
    "ui.product_form_ms": "stock.product_template_action_product",
    "ui.account_form_ms": "marketplace_config_action",
}


def measure(machine: Machine) -> None:
    """Open each screen again and again."""
    with data.selling(machine, LISTINGS) as (name, _shop, account_id):
        ui_data.furnish(name, account_id, LISTINGS)
        # Without scheduled actions: nothing is to be pushed meanwhile.
        with server.serving(machine, name, cron_threads=0) as served:
            client = Client(served.url, name)
            try:
                for figure, screen in LISTS.items():
                    _measure_list(client, figure, screen)
                for figure, action in FORMS.items():
                    _measure_form(client, figure, _external(action))
            finally:
                client.close()


def _measure_list(client: Client, figure: str, screen: List) -> None:
    """Keep the slowest way to look at a list."""
    times = {"opened": _times(partial(_open, client, screen), OPENED)}
    shown = webclient.load(client, _external(screen.action), screen.kind)
    for way, domain, groups in _ways(shown, screen.own):
        times[way] = _times(partial(shown.records, domain, groups), RUNS)
    slowest = max(times, key=lambda way: sorted(times[way])[len(times[way]) // 2])
    say.line(f"  {figure}: the slowest of {len(times)} is: {slowest}")
    figures.note(figure, times[slowest])


def _measure_form(client: Client, figure: str, action: str) -> None:
    """Keep how long a record takes to open whose listing is as all the others are."""
    form = webclient.load(client, action, "form")
    domain = [("sku", "=", SKU)] if "sku" in form.models[form.model]["fields"] else []
    if form.model == "product.template":
        domain = [("default_code", "=", SKU)]
    [record] = client.call(form.model, "search", domain, limit=1)
    figures.note(figure, _times(partial(form.form, record), OPENED))


def _open(client: Client, screen: List) -> None:
    """Open a screen as its menu does.

    :raises Trouble: there is nothing on it
    """
    shown = webclient.load(client, _external(screen.action), screen.kind)
    if not shown.records(shown.defaults()):
        raise Trouble(f"There is nothing to be seen in {screen.action}.")


def _ways(shown: webclient.Screen, own: tuple[str, ...]) -> Iterator[tuple[str, list, list[str] | None]]:
    """Yield what can be tried on a screen: what it is, a domain, and what is grouped by."""
    for name, domain, groups in shown.filters(own):
        yield name, domain or shown.defaults(), groups
    for name, domain in shown.typed(SKU):
        yield f"{name} typed", domain, None
    for favourite in shown.favourites:
        context = webclient.literal(favourite["context"], {})
        yield favourite["name"], webclient.literal(favourite["domain"], []), context.get("graph_groupbys")


def _times(ask: webclient.Ask, runs: int) -> list[float]:
    """Return how many milliseconds something takes, again and again."""
    ask()  # the first one fills caches
    times = []
    for _run in range(runs):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    return times


def _external(action: str) -> str:
    return action if "." in action else f"marketplace_sync.{action}"
