# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox eBay's limits, faults, counters and control endpoints. Raw requests, no adapter."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from ebay_wire import Answer, EbayWire, entry, fields
from sandbox.ebay import Marketplace, serve

REPOSITORY = Path(__file__).resolve().parents[2]
DAY = 86400


@pytest.fixture
def offer(ebay):
    return ebay.add_item("A", 5)


def statuses(response):
    return [row["statusCode"] for row in response.json()["responses"]]


def test_250_revisions_of_a_listing_a_day(ebay, ebay_wire, offer, now):
    now[0] = 20_000 * DAY + DAY - 10
    for number in range(250):
        assert ebay_wire.update(entry("A", number)).status_code == 200
    response = ebay_wire.update(entry("A", 1, **{offer: 1}))
    assert (response.status_code, statuses(response)) == (207, [400])
    assert response.json()["responses"][0]["errors"][0]["errorId"] == 25002
    assert ebay.level("A") == 249
    ebay.add_item("B", 1)
    assert statuses(ebay_wire.update(entry("A", 1), entry("B", 2))) == [400, 200]
    now[0] += 10
    ebay_wire.token = ebay.grant_access_token()
    assert statuses(ebay_wire.update(entry("A", 1))) == [200]


def test_revisions_count_by_listing(ebay, ebay_wire):
    ebay.change(revisions_a_day=2)
    ebay.add_item("S", 1, listing_id="77")
    ebay.add_item("M", 1, listing_id="77")
    ebay.add_item("X", 1, None)
    assert statuses(ebay_wire.update(entry("S", 2), entry("M", 2))) == [200, 200]
    assert statuses(ebay_wire.update(entry("S", 3), entry("X", 3))) == [400, 200]
    # Without a live listing nothing is revised.
    assert [statuses(ebay_wire.update(entry("X", number))) for number in range(3)] == [[200]] * 3


def test_trading_revisions_count_too(ebay, ebay_wire):
    ebay.change(revisions_a_day=2)
    item = ebay.add_trading_item("T", 1)
    assert ebay_wire.revise({"ItemID": item, "Quantity": 2}).ack == "Success"
    assert ebay_wire.revise({"ItemID": item, "Quantity": 2}).ack == "Warning"
    row = fields({"ItemID": item, "Quantity": 3})
    assert Answer(ebay_wire.trade("ReviseFixedPriceItem", f"<Item>{row}</Item>")).ack == "Success"
    answer = ebay_wire.revise({"ItemID": item, "Quantity": 4})
    assert (answer.ack, answer.errors, ebay.level(item)) == ("Failure", [(21919165, [item])], 3)


def test_calls_are_counted_by_context(ebay, ebay_wire, now):
    now[0] = 20_000 * DAY + 1
    ebay.change(daily_calls=3)
    ebay_wire.token = ebay.grant_access_token()
    for status in (200, 200, 200, 429):
        assert ebay_wire.get("/location").status_code == status
    assert ebay_wire.get("/location").json()["errors"][0]["errorId"] == 2001
    rates = ebay_wire.limits()
    # Eight in the morning UTC is midnight in eBay's winter.
    reset = "2024-10-04T08:00:00.000Z"
    expected = {"count": 3, "limit": 3, "remaining": 0, "reset": reset, "timeWindow": DAY}
    assert rates["sell"] == expected
    assert (rates["tradingapi"]["remaining"], rates["developer"]["remaining"]) == (3, 2)
    item = ebay.add_trading_item("T", 1)
    acks = [ebay_wire.revise({"ItemID": item, "Quantity": 2 + number}) for number in range(4)]
    assert [answer.ack for answer in acks] == ["Success"] * 3 + ["Failure"]
    assert acks[3].errors == [(518, [])]
    now[0] += 8 * 3600
    ebay_wire.token = ebay.grant_access_token()
    assert ebay_wire.get("/location").status_code == 200
    assert ebay_wire.limits()["sell"] == expected | {"count": 1, "remaining": 2, "reset": "2024-10-05T08:00:00.000Z"}


def test_limits_are_filtered(ebay_wire):
    path = "/developer/analytics/v1_beta/user_rate_limit/"
    assert ebay_wire.limits(api_context="sell").keys() == {"sell"}
    assert ebay_wire.limits(api_name="tradingapi").keys() == {"tradingapi"}
    assert ebay_wire.send("GET", path, params={"api_context": "buy"}).status_code == 204


@pytest.mark.parametrize(("kind", "number"), [("25001", 25001), ("25025", 25025)])
@pytest.mark.parametrize("applied", [False, True])
def test_system_errors_on_request(ebay, ebay_wire, offer, kind, number, applied):
    ebay.fault(kind, on="inventory", applied=applied)
    response = ebay_wire.update(entry("A", 9))
    assert (response.status_code, response.json()["errors"][0]["errorId"]) == (500, number)
    assert ebay.level("A") == (9 if applied else 5)
    item = ebay.add_trading_item("T", 1)
    ebay.fault(kind, on="trading")
    assert ebay_wire.revise({"ItemID": item, "Quantity": 9}).errors == [(10007, [])]
    assert ebay.level(item) == 1


def test_a_fault_waits_for_its_api(ebay, ebay_wire, offer):
    item = ebay.add_trading_item("T", 1)
    for on in ("inventory", "trading", "analytics", "token", "write"):
        ebay.fault("503", on=on)
    token = f"{ebay_wire.url}/identity/v1/oauth2/token"
    form = {"grant_type": "refresh_token", "refresh_token": ebay.refresh_token}
    auth = (ebay.client_id, ebay.client_secret)
    calls = (
        lambda: ebay_wire.get("/location"),
        lambda: ebay_wire.trade("GetItem", fields({"ItemID": item})),
        lambda: ebay_wire.send("GET", "/developer/analytics/v1_beta/user_rate_limit/"),
        lambda: requests.post(token, data=form, auth=auth, timeout=10),
        lambda: ebay_wire.update(entry("A", 9)),
    )
    assert [[call().status_code, call().status_code] for call in calls] == [[503, 200]] * 5
    assert (ebay.stats.faults, ebay.faults) == (5, [])


@pytest.mark.parametrize("api", ["inventory", "trading"])
def test_common_faults_in_the_words_of_each_api(ebay, ebay_wire, offer, api):
    item = ebay.add_trading_item("T", 1)

    def write():
        if api == "inventory":
            return ebay_wire.update(entry("A", 9))
        return ebay_wire.trade("ReviseFixedPriceItem", f"<Item>{fields({'ItemID': item, 'Quantity': 9})}</Item>")

    kind = {"inventory": "application/json", "trading": "text/xml"}[api]
    ebay.fault("429", retry_after=3)
    response = write()
    assert (response.status_code, response.headers["Retry-After"]) == (429, "3")
    assert response.headers["Content-Type"].startswith(kind)
    ebay.fault("wrong_type")
    response = write()
    assert response.headers["Content-Type"].startswith("text/plain")
    whole = len(write().content)
    assert (ebay.level("A"), ebay.level(item)) == ((9, 1) if api == "inventory" else (5, 9))
    ebay.fault("truncated")
    assert 0 < len(write().content) < whole
    ebay.fault("empty")
    assert (write().content, ebay.faults) == (b"", [])
    ebay.fault("expired")
    # The token is over: that holds after the fault, too.
    for response in (write(), write()):
        assert response.status_code == (401 if api == "inventory" else 200)
        assert (b"1001" if api == "inventory" else b"21917053") in response.content
    ebay_wire.token = ebay.grant_access_token()
    assert b"Failure" not in write().content
    assert b"errors" not in write().content


def test_counters(ebay, ebay_wire, offer):
    ebay_wire.update(entry("A", 9))
    ebay_wire.get("/offer", sku="A")
    ebay_wire.trade("GetItem", fields({"ItemID": "1"}))
    ebay_wire.limits()
    ebay_wire.token = "x"
    ebay_wire.get("/location")
    stats = requests.get(f"{ebay_wire.url}/_sandbox/stats", timeout=10).json()
    assert (stats["requests"], stats["writes"]) == (5, 1)
    assert stats["calls"] == {"read": 3, "write": 1, "token": 0}
    assert stats["apis"] == {"inventory": 2, "trading": 1, "analytics": 1, "token": 0}
    assert stats["operations"]["bulkUpdatePriceQuantity"] == 1


def test_control_endpoints(ebay, ebay_wire):
    def post(path, **body):
        response = requests.post(f"{ebay_wire.url}/_sandbox/{path}", json=body, timeout=10)
        return response.json()

    assert len(post("items", items=[{"sku": "A", "quantity": 5}, {"sku": "B", "offer": None}])["ids"]) == 2
    assert len(post("items", skus=["C", "D"], quantity=2)["ids"]) == 2
    (item,) = post("trading_items", items=[{"sku": "T", "quantity": 3}])["ids"]
    post("orders", sku="A", quantity=1)
    levels = requests.get(f"{ebay_wire.url}/_sandbox/levels", timeout=10).json()["levels"]
    assert [(row["sku"], row["item"], row["quantity"]) for row in levels] == [
        ("A", "A", 4),
        ("B", "B", 0),
        ("C", "C", 2),
        ("D", "D", 2),
        ("T", item, 3),
    ]
    offers = requests.get(f"{ebay_wire.url}/_sandbox/offers", timeout=10).json()["offers"]
    assert [(row["sku"], row["buyers_see"]) for row in offers] == [("A", 4), ("C", 2), ("D", 2)]
    assert post("settings", largest_batch=1, daily_calls=9)["largest_batch"] == 1
    assert (ebay.largest_batch, ebay.daily_calls) == (1, 9)
    assert "error" in post("settings", largest_batch="1")
    post("locations", key="north", name="North")
    assert ebay.locations["north"] == "North"
    post("trouble", name="A", error_id=25025)
    assert statuses(ebay_wire.update(entry("A", 9))) == [500]
    assert post("refresh_tokens")["refresh_token"] in ebay.oauth.refresh_tokens
    post("tokens/expire", token=ebay_wire.token)
    assert ebay_wire.get("/location").status_code == 401
    ebay_wire.token = ebay.grant_access_token()
    post("tokens/revoke", token=None)
    assert (ebay_wire.get("/location").status_code, ebay.oauth.refresh_tokens) == (401, {})


def test_the_process_says_where_it_listens_and_ends_when_told():
    options = ("--refresh-token", "mine", "--client-id", "a", "--client-secret", "b", "--revisions-a-day", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "ebay", *options],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline().strip()
    assert line.startswith("sandbox ebay listening on http://127.0.0.1:")
    form = {"grant_type": "refresh_token", "refresh_token": "mine"}
    url = f"{line.split()[-1]}/identity/v1/oauth2/token"
    assert requests.post(url, data=form, auth=("a", "b"), timeout=10).json()["expires_in"] == 7200
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_two_sellers_do_not_share_anything():
    first, second = Marketplace(), Marketplace(revisions_a_day=1)
    first.add_item("A", 5)
    second.add_item("A", 7)
    with serve(first) as one, serve(second) as two:
        wires = EbayWire(one.url, first.grant_access_token()), EbayWire(two.url, second.grant_access_token())
        answers = [[statuses(wire.update(entry("A", number))) for number in (1, 2)] for wire in wires]
    assert answers == [[[200], [200]], [[200], [400]]]
    assert (first.level("A"), second.level("A"), first.revisions_a_day) == (2, 1, 250)
