# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is done all day in a database, each as a function of an environment and a `Database`."""

from lxml import etree

from dev.bench.marking import PRODUCTS
from dev.say import Trouble
from dev.scale.comparing import Database
from dev.scale.goods import SMALL

PAGE = {"limit": 80, "count_limit": 10_001}  # what the web client asks for


# === THE QUEUE === #


def change(env, database: Database) -> None:
    """One transaction that changes a quant of 100 products, the way every move does."""
    location = env.ref("stock.stock_location_stock")
    step = SMALL // PRODUCTS
    for product in env["product.product"].browse(database.product_ids[::step]):
        env["stock.quant"]._update_available_quantity(product, location, 1.0)
    env.cr.commit()


def sort(env, _database: Database) -> None:
    """Sort 10,000 marks into those of 20,000 listings."""
    taken = env["stock.availability.dirty"]._sort()
    if taken != SMALL:
        raise Trouble(f"Sorting took {taken} marks.")


def drain(env, database: Database) -> None:
    """What the scheduled action does: look after what time has brought, and push 10,000 numbers."""
    account = env["marketplace.config"].browse(database.account_id)
    env["marketplace.drain"]._look_after(account)
    done = account._drain()
    if (done["done"], done["remaining"]) != (SMALL, 0):
        raise Trouble(f"The drain did not push {SMALL} listings but {done}.")


# === SCREENS === #


def account_form(env, database: Database) -> None:
    """Open an account."""
    _open(env["marketplace.config"].browse(database.account_id))


def account_list(env, _database: Database) -> None:
    """Open the list of accounts."""
    _list(env["marketplace.config"])


def dashboard(env, _database: Database) -> None:
    """Open the dashboard."""
    accounts = env["marketplace.config"]
    view = accounts.get_view(env.ref("marketplace_sync.marketplace_config_view_dashboard").id, "kanban")
    accounts.web_search_read([], _specification(accounts, etree.fromstring(view["arch"])))


def listings(env, _database: Database) -> None:
    """Open the list of listings."""
    _list(env["marketplace.listing"])


def listings_of_account(env, database: Database) -> None:
    """Press the account's button *Listings*, and turn to the second page."""
    for page in range(2):
        _list(env["marketplace.listing"], [("config_id", "=", database.account_id)], offset=page * PAGE["limit"])


def listings_filtered(env, _database: Database) -> None:
    """Choose each filter of the list of listings in turn."""
    for name in ("failed", "asking", "waiting", "deferred", "pending", "inactive"):
        _list(env["marketplace.listing"], filter_name=name)


def listing_form(env, database: Database) -> None:
    """Open a listing: why its number, its chart, its log."""
    product = database.product_ids[SMALL // 2]
    _open(env["marketplace.listing"].search([
        ("product_id", "=", product), ("config_id", "=", database.account_id)]))


def failed_by_reason(env, database: Database) -> None:
    """Press the account's button *Failed*: the groups of reasons."""
    env["marketplace.listing"].web_read_group(
        [("config_id", "=", database.account_id), ("state", "=", "error")], ["error"], ["__count"])


def waiting(env, database: Database) -> None:
    """Open the list of what waits, of all and of one account."""
    _list(env["stock.availability.dirty"])
    _list(env["stock.availability.dirty"], [("config_id", "=", database.account_id)])


def history(env, database: Database) -> None:
    """Open the history of a listing."""
    listing = env["marketplace.listing"].search([("product_id", "=", database.product_ids[SMALL // 2])], limit=1)
    _list(env["marketplace.history"], [("listing_id", "=", listing.id)])


def log(env, database: Database) -> None:
    """Open the log, of all and of one account."""
    _list(env["marketplace.sync.log"])
    _list(env["marketplace.sync.log"], [("config_id", "=", database.account_id)])


def products_on_ebay(env, _database: Database) -> None:
    """Choose *Sold on eBay* among the products: 100 are, in either database."""
    _list(env["product.template"], filter_name="on_ebay")


def product_form(env, database: Database) -> None:
    """Open a product."""
    _open(env["product.template"].browse(
        env["product.product"].browse(database.product_ids[SMALL // 2]).product_tmpl_id.id))


SCREENS = {
    "scale.account_form_ratio": account_form,
    "scale.account_list_ratio": account_list,
    "scale.dashboard_ratio": dashboard,
    "scale.listings_ratio": listings,
    "scale.listings_of_account_ratio": listings_of_account,
    "scale.listings_filtered_ratio": listings_filtered,
    "scale.listing_form_ratio": listing_form,
    "scale.failed_ratio": failed_by_reason,
    "scale.waiting_ratio": waiting,
    "scale.history_ratio": history,
    "scale.log_ratio": log,
    "scale.products_ratio": products_on_ebay,
    "scale.product_form_ratio": product_form,
}


def _list(model, domain=(), filter_name=None, **page) -> None:
    """Read what the web client reads for a list: of its columns, the first page, and how many there are."""
    views = model.get_views([(False, "list"), (False, "search")])["views"]
    if filter_name:
        [chosen] = etree.fromstring(views["search"]["arch"]).xpath(f"//filter[@name='{filter_name}']")
        domain = _domain(model, chosen.get("domain"))
    columns = etree.fromstring(views["list"]["arch"])
    model.web_search_read(list(domain), _specification(model, columns), **PAGE | page)


def _open(record) -> None:
    """Read what the web client reads for a form."""
    view = record.get_views([(False, "form")])["views"]["form"]
    record.web_read(_specification(record, etree.fromstring(view["arch"])))


def _domain(model, text):
    from odoo.tools.safe_eval import safe_eval

    return safe_eval(text, {"uid": model.env.uid})


def _specification(model, view) -> dict:
    """Return what to read of a view's fields, and of the lines inside it."""
    specification = {}
    for node in view.xpath(".//field[not(ancestor::field)]"):
        field = model._fields[node.get("name")]
        specification[field.name] = {}
        if field.relational:
            lines = etree.fromstring(etree.tostring(node[0])) if len(node) else None
            inner = {"display_name": {}} if lines is None else _specification(model[field.name], lines)
            specification[field.name] = {"fields": inner}
    return specification
