# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every kind of trouble on every sandbox that shares it: one raw request, no adapter."""

import json
from collections import Counter
from email.utils import parsedate_to_datetime
from itertools import count

import pytest
import requests

from sandbox import cartona, faults, odd, shopify
from sandbox.marketplace import Marketplace, Refused, Route, serve


class Door:
    """A sandbox with SKU-1 at 5 pieces, and the raw request that sets it."""

    def __init__(self, market):
        self.market, self.session, self.url = market, requests.Session(), ""

    def send(self, quantity=7, timeout=10):
        method, path, options = self.request(quantity)
        return self.session.request(method, self.url + path, timeout=timeout, **options)

    @property
    def level(self):
        return self.market.level("SKU-1")

    @property
    def set_to(self):
        return [write.to_quantity for write in self.market.writes]


class Shopify(Door):
    SET = """mutation($input: InventorySetQuantitiesInput!, $key: String!) {
        inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code } } }"""

    def __init__(self):
        super().__init__(shopify.Shop())
        self.main = self.market.add_location("Main")
        self.item = self.market.add_item("SKU-1", quantities={self.main: 5})
        self.keys = count()

    @property
    def level(self):
        return self.market.level("SKU-1", self.main)

    def request(self, quantity):
        row = {"inventoryItemId": self.item, "locationId": self.main, "quantity": quantity, "changeFromQuantity": None}
        values = {"name": "available", "reason": "correction", "quantities": [row]}
        body = {"query": self.SET, "variables": {"input": values, "key": f"key-{next(self.keys)}"}}
        headers = {"X-Shopify-Access-Token": self.market.token}
        return "POST", "/admin/api/2026-10/graphql.json", {"json": body, "headers": headers}


class Cartona(Door):
    def __init__(self):
        super().__init__(cartona.Supplier())
        self.market.add_item("SKU-1", quantity=5)

    def request(self, quantity):
        rows = [{"internal_product_id": "SKU-1", "available_stock_quantity": quantity}]
        headers = {"AuthorizationToken": self.market.token}
        return "POST", "/api/v1/supplier-product/bulk-update", {"json": rows, "headers": headers}


class Odd(Door):
    def __init__(self):
        super().__init__(odd.OddShop())
        self.market.add_item("SKU-1", quantity=5)

    def request(self, quantity):
        line = {"artikelnummer": "SKU-1", "lager": "HAUPT", "bestand": str(quantity)}
        options = {"json": {"payload": {"lines": [line]}}, "auth": ("odd", self.market.token)}
        return "PUT", "/inventory.php?op=set", options


class Bazaar(Marketplace):
    """The example in sandbox/marketplace.py: all that a new sandbox has to say."""

    PLATFORM = "bazaar"
    SETTINGS = {"token": str}
    token = "bazaar_sandbox"
    ROUTES = (Route("POST", "/stock", "set_stock", on="write"),)

    def authorize(self, call):
        if call.headers.get("X-Token") != self.token or self.token in self.revoked:
            raise Refused(401, "unknown token")

    def set_stock(self, call):
        item = self.by_sku(call.json()["sku"])
        if item is None:
            raise Refused(404, "unknown SKU")
        self.set_level(call, item, call.json()["quantity"])
        return {"ok": True}


class Example(Door):
    def __init__(self):
        super().__init__(Bazaar())
        self.market.add_item("SKU-1", quantity=5)

    def request(self, quantity):
        options = {"json": {"sku": "SKU-1", "quantity": quantity}, "headers": {"X-Token": self.market.token}}
        return "POST", "/stock", options


@pytest.fixture(params=[Shopify, Cartona, Odd, Example])
def door(request):
    door = request.param()
    with serve(door.market) as server, door.session:
        door.url = server.url
        yield door


def test_without_a_fault_all_is_well(door):
    response = door.send()
    assert (response.ok, response.headers["Content-Type"]) == (True, "application/json; charset=utf-8")
    assert (response.json() != {}, door.level, door.set_to, door.market.stats.faults) == (True, 7, [7], 0)


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(
    ("kind", "status", "kind_of_body"),
    [
        ("500", 500, "text/html"),
        ("502", 502, "text/html"),
        ("503", 503, "text/html"),
        ("html", 200, "text/html"),
        ("429", 429, "application/json"),
        ("expired", 401, "application/json"),
    ],
)
def test_another_answer(door, kind, status, kind_of_body, applied):
    door.market.fault(kind, applied=applied)
    response = door.send()
    assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (status, kind_of_body)
    assert response.text
    assert (door.level, door.market.stats.faults) == (7 if applied else 5, 1)
    assert door.send(9).ok, "a fault is used up"
    assert door.level == 9


@pytest.mark.parametrize("applied", [False, True])
def test_an_empty_body(door, applied):
    door.market.fault("empty", applied=applied)
    response = door.send()
    assert (response.status_code, response.content) == (200, b"")
    assert door.level == (7 if applied else 5)


def test_the_right_body_under_a_wrong_name(door):
    right = door.send(3)
    door.market.fault("wrong_type")
    response = door.send()
    assert (response.status_code, response.headers["Content-Type"]) == (right.status_code, "text/plain; charset=utf-8")
    assert (response.json().keys(), door.level) == (right.json().keys(), 7)


def test_half_an_answer(door):
    door.market.fault("truncated")
    response = door.send()
    assert (response.headers["Content-Type"], door.level) == ("application/json", 7)
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.content)


@pytest.mark.parametrize("applied", [False, True])
def test_a_reset(door, applied):
    door.market.fault("reset", applied=applied)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        door.send()
    assert door.level == (7 if applied else 5)
    assert door.send(9).ok


@pytest.mark.parametrize(("kind", "level"), [("hold", 7), ("hold_before", 5)])
def test_a_time_out_after_and_before_applying(door, kind, level):
    door.market.fault(kind)
    with pytest.raises(requests.ReadTimeout):
        door.send(timeout=0.3)
    assert door.level == level
    assert door.send(9).ok


@pytest.mark.parametrize(("kind", "ok", "level"), [("hold", True, 7), ("hold_before", False, 5)])
def test_a_hold_that_ends(door, kind, ok, level):
    door.market.fault(kind, seconds=0.01)
    assert (door.send().ok, door.level) == (ok, level)


def test_latency_comes_before_any_effect(door):
    door.market.fault("latency", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        door.send(timeout=0.3)
    assert door.level == 5
    door.market.fault("latency", seconds=0.01)
    assert (door.send().ok, door.level) == (True, 7)


def test_retry_after(door):
    for options in ({"retry_after": 3}, {"retry_after": None}, {"retry_after": 60, "as_date": True}):
        door.market.fault("429", **options)
    assert door.send().headers["Retry-After"] == "3"
    response = door.send()
    assert (response.status_code, "Retry-After" in response.headers) == (429, False)
    response = door.send()
    asked, sent = (parsedate_to_datetime(response.headers[name]) for name in ("Retry-After", "Date"))
    assert asked.tzinfo is not None
    assert 59 <= (asked - sent).total_seconds() <= 62


def test_a_fault_waits_for_its_target(door):
    door.market.fault("500", on="read")
    door.market.fault("502", on="token")
    door.market.fault("503", on="write")
    assert [door.send().status_code // 100 for _time in range(2)] == [5, 2]
    assert len(door.market.faults) == 2


def test_any_request_is_none_for_a_token(door):
    fault = door.market.fault("500")
    assert [door.market.take_fault(target) for target in ("token", "write")] == [None, fault]


def test_a_revoked_token_is_refused_and_meets_no_fault(door):
    door.market.fault("500")
    door.market.revoke(door.market.token)
    assert (door.send().status_code, len(door.market.faults), door.level) == (401, 1, 5)


def test_shares_of_the_answers_are_spoilt_and_add_up(door):
    door.market.fault("502", share=0.25)
    door.market.fault("503", share=0.5, times=30)
    statuses = Counter(door.send().status_code for _time in range(100))
    assert statuses[503] == 30
    assert 12 <= statuses[502] <= 38
    assert [fault.kind for fault in door.market.faults] == ["502"], "a share stays until it is removed"


def test_the_same_seed_spoils_the_same_answers(door):
    door.market.fault("502", share=0.5)
    runs = []
    for seed in (1, 1, 2):
        door.market.change(seed=seed)
        runs.append([door.send().status_code for _time in range(20)])
    assert runs[0] == runs[1] != runs[2]


def test_unknown_trouble_is_refused(door):
    for options in ({"kind": "flood"}, {"kind": "reset", "on": "monday"}, {"kind": "latency"}):
        with pytest.raises(ValueError, match="unknown|needs"):
            door.market.fault(**options)
    with pytest.raises(ValueError, match="share"):
        door.market.fault("500", share=1.5)


def test_faults_from_another_process(door):
    for kind in faults.KINDS:
        answered = requests.post(f"{door.url}/_sandbox/faults", json={"kind": kind, "seconds": 1}, timeout=10)
        assert answered.json() == {}
    assert [fault.kind for fault in door.market.faults] == list(faults.KINDS)
    requests.delete(f"{door.url}/_sandbox/faults", timeout=10)
    assert (door.market.faults, door.send().ok) == ([], True)
