# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox's doors: versions, tokens, scopes, points, faults, counters. Raw requests, no adapter."""

import threading
import time

import pytest
import requests

NAME = "{ shop { name } }"
ITEMS = """query($first: Int) {
    inventoryItems(first: $first) { nodes { id inventoryLevels(first: 5) { nodes { id } } } } }"""


@pytest.fixture
def item(shop):
    return shop.add_item("SKU-1", quantities={shop.main: 5})


def code(answer):
    return answer["errors"][0]["extensions"]["code"]


def test_every_answer_has_its_own_request_id(wire):
    responses = [wire.post(NAME), wire.post(NAME), wire.post(NAME, version="2020-01"), wire.session.get(wire.url)]
    assert len({response.headers["X-Request-Id"] for response in responses}) == 4


@pytest.mark.parametrize("version", ["2026-04", "2026-07", "2026-10"])
def test_known_versions(wire, version):
    assert wire.ask(NAME, version=version)["data"] == {"shop": {"name": "Sandbox"}}


def test_an_unknown_version_is_not_found(wire):
    response = wire.post(NAME, version="2026-01")
    assert (response.status_code, response.json()) == (404, {"errors": "Not Found"})


def test_a_wrong_token_is_refused(wire):
    wire.session.headers["X-Shopify-Access-Token"] = "shpat_wrong"
    response = wire.post(NAME)
    assert response.status_code == 401
    assert response.json()["errors"].startswith("[API] Invalid API key or access token")


def test_content_type_and_json_are_checked(wire):
    url = f"{wire.url}/admin/api/2026-10/graphql.json"
    assert wire.session.post(url, data=NAME, headers={"Content-Type": "application/graphql"}).status_code == 400
    for body in ("{", "[]", '{"query": 1}'):
        response = wire.session.post(url, data=body, headers={"Content-Type": "application/json"})
        assert (response.status_code, "errors" in response.json()) == (400, True)


@pytest.mark.parametrize(
    "document", ["{ shop {", "{ shop { nme } }", "{ shop }", "query A { shop { id } } query B { shop { id } }"]
)
def test_documents_are_validated(wire, document):
    response = wire.post(document)
    assert response.status_code == 200
    assert response.json().keys() == {"errors"}


def test_a_missing_scope_is_denied(shop, wire, item):
    shop.auth.scopes = ("read_inventory",)
    answer = wire.post(wire.SET, key="k", input={"name": "available", "reason": "correction", "quantities": []})
    assert (answer.status_code, code(answer.json())) == (200, "ACCESS_DENIED")
    assert "`write_inventory` access scope" in answer.json()["errors"][0]["message"]
    for document in (
        "{ locations(first: 1) { nodes { id } } }",
        "{ productVariants(first: 1) { nodes { id } } }",
        f'{{ node(id: "{shop.main}") {{ ... on Location {{ name }} }} }}',
    ):
        assert code(wire.ask(document)) == "ACCESS_DENIED"
    shop.auth.scopes = ("write_inventory",)
    assert "errors" not in wire.ask(ITEMS, first=1)


def token_request(wire, json=True, **changes):
    form = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "grant_type": "client_credentials"}
    body = {"json" if json else "data": {**form, **changes}}
    return requests.post(f"{wire.url}/admin/oauth/access_token", timeout=10, **body)


@pytest.mark.parametrize("json", [True, False])
def test_client_credentials_give_a_token_that_expires(now, wire, json):
    grant = token_request(wire, json).json()
    assert grant["expires_in"] == 86399
    assert "write_inventory" in grant["scope"].split(",")
    wire.session.headers["X-Shopify-Access-Token"] = grant["access_token"]
    now[0] += 86398
    assert wire.post(NAME).status_code == 200
    now[0] += 1
    assert wire.post(NAME).status_code == 401


def test_token_requests_are_refused(shop, wire):
    assert token_request(wire, client_secret="wrong").status_code == 401
    assert token_request(wire, client_secret="wrong").json()["error"] == "invalid_client"
    assert token_request(wire, grant_type="password").json()["error"] == "unsupported_grant_type"
    assert token_request(wire, grant_type="password").status_code == 400
    shop.auth.permitted = False
    assert token_request(wire).json()["error"] == "shop_not_permitted"


def test_a_revoked_token_is_refused(shop, wire):
    shop.auth.revoked.add(shop.token)
    assert wire.post(NAME).status_code == 401


def test_cost_is_told(shop, wire, item):
    shop.plan = "standard"
    cost = wire.ask(ITEMS, first=250)["extensions"]["cost"]
    # A page of 250 counts 8, a page of 5 counts 3: 8 * (1 + an item, 1 + its levels, 3 * (1 + 1)).
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (64, 4)
    assert cost["throttleStatus"] == {"maximumAvailable": 2000, "currentlyAvailable": 1996, "restoreRate": 100}


def test_the_cost_seen_at_a_real_shop(wire):
    document = "{ productVariants(first: 250) { nodes { inventoryItem { id tracked } } } }"
    assert wire.ask(document)["extensions"]["cost"]["requestedQueryCost"] == 24


@pytest.mark.parametrize(("first", "cost"), [("", 64), ("0", 0), ("-1", 0)])
def test_the_size_of_a_page_counts(wire, first, cost):
    document = ITEMS.replace("Int", "Int = 250").replace("first: $first", f"first: {first or '$first'}")
    if first:
        document = document.replace("($first: Int = 250)", "")
    assert wire.ask(document)["extensions"]["cost"]["requestedQueryCost"] == cost


@pytest.mark.parametrize(("plan", "rate"), [("standard", 100), ("advanced", 200), ("plus", 1000), ("enterprise", 2000)])
def test_an_empty_bucket_throttles_until_restored(now, shop, wire, item, plan, rate):
    shop.bucket.change(plan, size=25)
    rows = [(item, shop.main, 7, None)]
    assert [wire.set(rows, key=str(number)).get("userErrors") for number in range(2)] == [[], []]
    values = {"name": "available", "reason": "correction", "quantities": []}
    response = wire.post(wire.SET, key="k", input=values)
    assert (response.status_code, code(response.json())) == (200, "THROTTLED")
    cost = response.json()["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (10, None)
    assert cost["throttleStatus"] == {"maximumAvailable": 25, "currentlyAvailable": 5, "restoreRate": rate}
    now[0] += 5.5 / rate
    assert wire.set(rows, key="k")["userErrors"] == []


def test_a_query_beyond_1000_points_is_refused(shop, wire):
    ids = shop.add_items(str(number) for number in range(250))
    levels = " ".join(
        f'l{number}: inventoryLevel(locationId: "{shop.main}") {{ quantities(names: ["available"]) {{ name }} }}'
        for number in range(2)
    )
    document = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on InventoryItem {{ {levels} }} }} }}"
    assert code(wire.ask(document, ids=ids)) == "MAX_COST_EXCEEDED"
    assert "errors" not in wire.ask(document, ids=ids[:200])


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("502", 502), ("503", 503), ("html", 200)])
def test_bad_answers(shop, wire, item, kind, status):
    shop.fault(kind, times=2, retry_after=3)
    for _time in range(2):
        response = wire.post(NAME)
        assert response.status_code == status
        if kind == "429":
            assert (response.headers["Retry-After"], code(response.json())) == ("3", "THROTTLED")
        else:
            assert response.headers["Content-Type"].startswith("text/html")
    assert wire.post(NAME).status_code == 200
    assert shop.stats.faults == 2


def test_a_fault_waits_for_its_target(shop, wire, item):
    shop.fault("500", on="mutation")
    shop.fault("502", on="token")
    assert wire.post(NAME).status_code == 200
    assert wire.post(wire.SET, key="k").status_code == 500
    assert [token_request(wire).status_code for _time in range(2)] == [502, 200]
    shop.fault("latency", on="token", seconds=0.01)
    assert token_request(wire).status_code == 200


def test_unknown_faults_are_refused(shop):
    for options in ({"kind": "flood"}, {"kind": "reset", "on": "monday"}, {"kind": "latency"}):
        with pytest.raises(ValueError, match="unknown|needs"):
            shop.fault(**options)


@pytest.mark.parametrize("applied", [False, True])
def test_a_reset_before_and_after_applying(shop, wire, item, applied):
    shop.fault("reset", applied=applied)
    with pytest.raises(requests.ConnectionError):
        wire.set([(item, shop.main, 7, 5)])
    assert shop.level(item, shop.main) == (7 if applied else 5)
    assert wire.set([(item, shop.main, 7, 5)])["userErrors"] == []
    assert (shop.level(item, shop.main), len(shop.writes)) == (7, 1)


def test_truncated_json(shop, wire):
    shop.fault("truncated")
    response = wire.post(NAME)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(requests.JSONDecodeError):
        response.json()


@pytest.mark.parametrize("seconds", [0.6, None])
def test_an_answer_held_after_applying(shop, wire, item, seconds):
    shop.fault("hold", seconds=seconds)
    values = {"name": "available", "reason": "correction"}
    row = {"inventoryItemId": item, "locationId": shop.main, "quantity": 7, "changeFromQuantity": 5}
    body = {"query": wire.SET, "variables": {"key": "k", "input": {**values, "quantities": [row]}}}
    with pytest.raises(requests.ReadTimeout):
        wire.session.post(f"{wire.url}/admin/api/2026-10/graphql.json", json=body, timeout=0.3)
    assert shop.level(item, shop.main) == 7


def test_latency(shop, wire):
    shop.latency = 0.1
    shop.fault("latency", seconds=0.2)
    start = time.perf_counter()
    wire.post(NAME)
    assert time.perf_counter() - start >= 0.3
    start = time.perf_counter()
    wire.post(NAME)
    assert time.perf_counter() - start >= 0.1
    assert shop.stats.faults == 1


def test_throttled_and_expired_on_request(shop, wire):
    shop.fault("throttled")
    assert code(wire.ask(NAME)) == "THROTTLED"
    wire.session.headers["X-Shopify-Access-Token"] = token_request(wire).json()["access_token"]
    shop.fault("expired")
    assert [wire.post(NAME).status_code for _time in range(2)] == [401, 401]


def test_counters(shop, wire):
    shop.latency = 0.3
    threads = [threading.Thread(target=requests.post, args=[f"{wire.url}/x"]) for _thread in range(2)]
    threads += [threading.Thread(target=wire.post, args=[NAME]) for _thread in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = shop.stats
    assert (stats.requests, stats.queries, stats.mutations, stats.open) == (5, 3, 0, 0)
    assert (stats.max_open, stats.connections) == (pytest.approx(4, abs=1), 5)
    wire.post(NAME)
    assert stats.connections == 5
