# SPDX-License-Identifier: LGPL-3.0-or-later
"""Calls that eBay, Cartona or a REST shop refuses, or fails at, as a whole: the row to blame is found, and nothing else
suffers for it. Shopify's are in test_shopify_apart.py."""

import json
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from lxml import etree

from adapter_kit import answering, json_answer, outcomes_until
from adapters.base import Acknowledged, Level, Refused, Rejected, Unavailable
from adapters.rest import RestProfile
from adapters.wire.apart import ALIKE
from test_cartona_kit import cartona_adapter
from test_ebay_kit import JSON, scripted, trading_answer
from test_rest_kit import rest_adapter

PARALLEL = 4
# Calls until a refusal of everything is the account's. Those in hand meanwhile, and the rows sent alone to be sure,
# come on top; how many they are is up to the threads. All rows one by one would be many times as many.
SOON = 2 * ALIKE
PROFILES = {
    "rest": RestProfile(),
    "rest-one": RestProfile(shape="one", method="PUT", path="/items/{sku}/stock"),
}


@dataclass
class Shop:
    """A marketplace whose answers are made up: `refuse(names)` gives what is wrong with a call, as an HTTP status and
    words, or None. `sent` are the names in each call that writes."""

    kind: str
    refuse: object

    def __post_init__(self):
        self.sent = []

    def level(self, name, **values):
        external_id = {"ebay": f"sku:{name}", "ebay-trading": f"item:{name.strip('S')}"}.get(self.kind, name)
        return Level(name, external_id, "default", 8, sku=name, **values)

    @contextmanager
    def adapter(self, **settings):
        settings = {"parallel": PARALLEL, "attempts": 2, "batch_size": 100, **settings}
        if self.kind.startswith("ebay"):
            answer = self._ebay if self.kind == "ebay" else self._trading
            with scripted(answer, **settings) as (adapter, _sent):
                yield adapter
            return
        with answering(self._cartona if self.kind == "cartona" else self._rest) as server:
            settings["sleep"] = lambda _seconds: None
            if self.kind == "cartona":
                adapter = cartona_adapter(server.url, **settings)
            else:
                adapter = rest_adapter(server.url, PROFILES[self.kind], **settings)
            yield adapter
            adapter.close()

    def _wrong(self, names):
        self.sent.append(names)
        return self.refuse(names)

    def _ebay(self, request):
        names = [row["sku"] for row in json.loads(request.body)["requests"]]
        if wrong := self._wrong(names):
            return wrong[0], JSON, {"errors": [{"errorId": 25999, "message": wrong[1]}]}
        return 200, JSON, {"responses": [{"statusCode": 200, "sku": name} for name in names]}

    def _trading(self, request):
        names = [f"S{number.text}" for number in etree.fromstring(request.body).iterfind(".//{*}ItemID")]
        if wrong := self._wrong(names):
            answer = trading_answer("R", "Failure", ("99999", "Error"))
            return answer if wrong[0] < 500 else (wrong[0], {}, b"")
        return trading_answer("R")

    def _cartona(self, method, _path, body):
        if method == "GET":
            return json_answer([])
        if wrong := self._wrong([row["supplier_product_id"] for row in body]):
            return json_answer({"message": wrong[1]}, wrong[0])
        return json_answer([{"supplier_product_id": row["supplier_product_id"], "success": True} for row in body])

    def _rest(self, _method, path, body):
        names = [path.split("/")[2]] if self.kind == "rest-one" else [row["sku"] for row in body]
        wrong = self._wrong(names)
        return json_answer({"error": wrong[1]}, wrong[0]) if wrong else json_answer({})


def keys(outcomes, kind):
    return sorted(outcome.key for outcome in outcomes if isinstance(outcome, kind))


def names(count):
    return [f"S{number}" for number in range(1, count + 1)]


def pushed(shop, wanted, **settings):
    with shop.adapter(**settings) as adapter:
        return list(adapter.push([shop.level(name) for name in wanted]))


KINDS = pytest.mark.parametrize("kind", ["ebay", "ebay-trading", "cartona", "rest", "rest-one"])
LISTS = pytest.mark.parametrize("kind", ["ebay", "ebay-trading", "cartona", "rest"])


@KINDS
@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize("probe", [False, True])
@pytest.mark.parametrize("batch_size", [1, 100])
def test_row_the_marketplace_crashes_at_is_rejected_alone(kind, parallel, probe, batch_size):
    shop = Shop(kind, lambda called: (500, "oops") if "S1" in called else None)
    outcomes = pushed(shop, names(30), parallel=parallel, probe=probe, batch_size=batch_size)
    [rejected] = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert rejected.key == "S1"
    assert "fails each time it is sent this item" in rejected.reason
    assert keys(outcomes, Acknowledged) == sorted(names(30)[1:])


@KINDS
def test_marketplace_that_crashes_at_everything_is_away(kind):
    shop = Shop(kind, lambda called: (500, "oops"))
    with shop.adapter() as adapter:
        seen, _error = outcomes_until(adapter.push([shop.level(name) for name in names(100)]), Unavailable)
    assert seen == []
    assert len(shop.sent) <= 20


@LISTS
def test_what_every_row_is_refused_for_concerns_the_account(kind):
    shop = Shop(kind, lambda called: (400, "unknown field quantity"))
    with shop.adapter() as adapter:
        seen, error = outcomes_until(adapter.push([shop.level(name) for name in names(500)]), Refused)
    assert not keys(seen, Acknowledged)
    assert len(seen) <= 63
    assert len(shop.sent) <= SOON
    assert error.reason


@pytest.mark.parametrize("kind", ["cartona", "rest"])
def test_wrong_field_name_rejects_nobody(kind):
    """Of a long list no row comes to stand alone before it is clear whose fault it is."""
    shop = Shop(kind, lambda called: (422, "unknown field quantity"))
    with shop.adapter() as adapter:
        seen, _error = outcomes_until(adapter.push([shop.level(name) for name in names(500)]), Refused)
    assert seen == []


@KINDS
def test_bad_rows_spread_evenly_are_found(kind):
    bad = set(names(200)[::9])
    shop = Shop(kind, lambda called: (400, f"bad: {min(bad.intersection(called))}") if bad & set(called) else None)
    outcomes = pushed(shop, names(200))
    assert keys(outcomes, Rejected) == sorted(bad)
    assert len(keys(outcomes, Acknowledged)) == 200 - len(bad)


@pytest.mark.parametrize("kind", ["cartona", "rest"])
def test_refusals_in_words_of_their_own_are_not_alike(kind):
    """One status stands for whatever can be wrong."""
    bad = set(names(400)[:200])
    shop = Shop(kind, lambda called: (400, f"bad: {min(bad.intersection(called))}") if bad & set(called) else None)
    outcomes = pushed(shop, names(400))
    assert keys(outcomes, Rejected) == sorted(bad)
    assert len(keys(outcomes, Acknowledged)) == 200


@LISTS
@pytest.mark.parametrize("most", [1, 3])
def test_list_that_is_too_long_is_nobodys_fault(kind, most):
    """However often it is refused in the same words, a row sent alone shows that it was the length."""
    shop = Shop(kind, lambda called: (400, "too many") if len(called) > most else None)
    outcomes = pushed(shop, names(500), batch_size=250)
    assert len(keys(outcomes, Acknowledged)) == 500


def test_items_a_shop_does_not_have_concern_no_account():
    """Where nothing is looked up, every SKU is tried: most of them may be no items there."""
    for status in (404, 400):
        shop = Shop("rest-one", lambda called, status=status: (status, "no such item") if called != ["S200"] else None)
        outcomes = pushed(shop, names(200))
        assert keys(outcomes, Acknowledged) == ["S200"]
        assert len(keys(outcomes, Rejected)) == 199


def test_rows_refused_before_may_all_be_refused_again():
    shop = Shop("rest", lambda called: (400, "no"))
    with shop.adapter() as adapter:
        outcomes = list(adapter.push([shop.level(name, suspect=True) for name in names(100)]))
    assert len(keys(outcomes, Rejected)) == 100


def test_listings_that_have_ended_concern_no_account():
    with scripted(lambda _request: trading_answer("R", "Failure", ("291", "Error"))) as (adapter, _sent):
        outcomes = list(adapter.push([Level(n, f"item:{n}", "default", 8) for n in range(1, 101)]))
    assert len(keys(outcomes, Rejected)) == 100


# === CARTONA'S GROUPS === #


def test_crash_at_the_only_row_of_a_later_group():
    shop = Shop("cartona", lambda called: (500, "oops") if "S11" in called else None)
    outcomes = pushed(shop, names(11), batch_size=1)
    assert keys(outcomes, Rejected) == ["S11"]
    assert len(keys(outcomes, Acknowledged)) == 10


@pytest.mark.parametrize(
    "body", [False, {"success": "false"}, {"status": "failed", "data": [{"id": 1}]}, {"errors": [{"message": "no"}]}]
)
def test_list_that_is_refused_in_the_body_only(body):
    """Also where nothing is read back."""
    with answering(lambda *_: json_answer(body)) as server:
        adapter = cartona_adapter(server.url, verify="never")
        outcomes = list(adapter.push([Shop("cartona", None).level(name) for name in names(5)]))
    assert len(keys(outcomes, Rejected)) == 5


@pytest.mark.parametrize("status", [500, 400])
def test_product_that_cannot_be_read_back(status):
    def answer(method, path, _body):
        if method == "POST":
            return json_answer({})
        if "product_id=S2&" in path:
            return json_answer({"message": "no"}, status)
        name = path.partition("product_id=")[2].partition("&")[0]
        return json_answer([{"supplier_product_id": name, "available_stock_quantity": 8}])

    shop = Shop("cartona", None)
    with answering(answer) as server:
        adapter = cartona_adapter(server.url, verify="always")
        outcomes = list(adapter.push([shop.level(name) for name in names(5)]))
    [rejected] = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert rejected.key == "S2"
    assert rejected.code in ("HTTP 500", "400")
    assert len(keys(outcomes, Acknowledged)) == 4


# === SEARCHING === #


def found(adapter, skus):
    return sorted(item.sku for item in adapter.find(skus))


@pytest.mark.parametrize("where", ["bulk", "offer"])
def test_sku_that_ebay_crashes_at_does_not_hide_the_others(where):
    def answer(request):
        if request.method == "GET":
            bad = where == "offer" and "BAD" in request.url
            return (500, JSON, {}) if bad else (404, JSON, {"errors": [{"errorId": 25713}]})
        skus = [row["sku"] for row in json.loads(request.body)["requests"]]
        if where == "bulk" and "BAD" in skus:
            return 500, JSON, {}
        return 200, JSON, {"responses": [{"sku": sku, "statusCode": 200} for sku in skus]}

    with scripted(answer) as (adapter, _sent):
        assert found(adapter, ["A", "BAD", "B", "C"]) == ["A", "B", "C"]


@pytest.mark.parametrize("status", [500, 400, 414])
def test_sku_that_a_shop_crashes_at_does_not_hide_the_others(status):
    profile = RestProfile(lookup_path="/items/{sku}", lookup_items="@", lookup_sku="sku")

    def answer(_method, path, _body):
        return json_answer({}, status) if path.endswith("/BAD") else json_answer({"sku": path.rpartition("/")[2]})

    with answering(answer) as server:
        adapter = rest_adapter(server.url, profile)
        assert found(adapter, ["A", "BAD", "B", "C"]) == ["A", "B", "C"]
        # An address loses these on its way, and would lead to something else.
        before = len(server.requests)
        assert found(adapter, [".", ".."]) == []
        assert len(server.requests) == before


@pytest.mark.parametrize("status", [500, 400])
def test_sku_that_cartona_crashes_at_does_not_hide_the_others(status):
    def answer(_method, path, _body):
        name = path.partition("product_id=")[2].partition("&")[0]
        if name == "BAD":
            return json_answer({}, status)
        return json_answer([{"id": f"1{name}", "internal_product_id": name}])

    with answering(answer) as server:
        assert found(cartona_adapter(server.url), ["A", "BAD", "B", "C"]) == ["A", "B", "C"]
