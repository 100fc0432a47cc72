# SPDX-License-Identifier: LGPL-3.0-or-later
"""An eBay that lies: nothing is acknowledged that was not told, no secret gets out, and all ends right."""

import random
import threading
import traceback

import pytest

from adapter_kit import outcomes_until
from adapters.base import Acknowledged, AdapterError, Level, Rejected, Unavailable
from adapters.ebay import EbayAdapter, oauth
from adapters.ebay.limits import allowances_of
from sandbox.ebay import Marketplace, serve
from test_ebay_kit import CREDENTIALS, JSON, XML, connection_to, ebay, levels_for, offers, push, scripted


def kinds(outcomes):
    return [type(outcome) for outcome in outcomes]


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ([{"sku": "A", "offerId": "1", "statusCode": "200"}], Acknowledged),
        ([{"sku": "A", "offerId": "1", "statusCode": "400"}], Rejected),
        ([{"sku": "A", "offerId": "1", "statusCode": 200}] * 2, Acknowledged),
        ([{"sku": "A", "offerId": "1", "statusCode": 200}, {"sku": "A", "statusCode": 400}], Rejected),
        ([{"sku": "B", "offerId": "1", "statusCode": 200}], None),
        ([{"sku": "B", "statusCode": 400}, {"sku": "C", "offerId": "7", "statusCode": 500}], None),
        ([{"sku": "A", "statusCode": 200}], None),
        ([{"sku": "A", "offerId": 1, "statusCode": 200}], None),
        ([{"sku": "A", "offerId": "1", "statusCode": True}], None),
        ([{"sku": "A", "offerId": "1", "statusCode": 200.0}], None),
        ([{"sku": "A", "offerId": "1", "statusCode": "２００"}], None),
        ([], None),
    ],
)
def test_ebay_acknowledges_only_what_was_told(entries, kind):
    """None: eBay did not say what became of it."""
    with scripted(lambda _request: (207, JSON, {"responses": entries})) as (adapter, _sent):
        if kind:
            assert kinds(push(adapter, ["offer:1:A"])) == [kind]
        else:
            assert outcomes_until(adapter.push(levels_for(["offer:1:A"])), Unavailable)[0] == []


@pytest.mark.parametrize(
    ("one", "other", "is_double"),
    [
        ("offer:1:A", "offer:1:B", True),
        ("offer:1:A", "offer:2,1:B", True),
        ("offer:1:A", "sku:A", True),
        ("offer:1:A", "offer:2:B", False),
        ("item:1", "item:1:A", True),
        ("item:1:A", "item:1", True),
        ("item:1:A", "item:1:A", True),
        ("item:1:A", "item:1:B", False),
        ("item:1:A", "item:2:A", False),
    ],
)
def test_two_numbers_for_one_place_of_ebays(one, other, is_double):
    def answer(request):
        if request.url.endswith("api.dll"):
            return 200, XML, b"<R><Ack>Success</Ack></R>"
        rows = [{"sku": sku, "offerId": str(n), "statusCode": 200} for sku in "AB" for n in (1, 2)]
        return 207, JSON, {"responses": rows}

    with scripted(answer) as (adapter, _sent):
        assert kinds(push(adapter, [one, other])) == [Acknowledged, Rejected if is_double else Acknowledged]


def test_ebay_limits_that_never_end_are_none():
    rate = {"limit": 5000, "remaining": 0, "timeWindow": 10**40, "reset": "9999-12-31T00:00:00Z"}
    body = {"rateLimits": [{"apiName": "inventory", "resources": [{"rates": [rate]}]}]}
    assert allowances_of(body, 1.8e9) == []


def test_xml_bomb_is_not_understood():
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE R [<!ENTITY a0 "ha">{entities}]><R x="&a11;"><Ack>Success</Ack>&a11;</R>'
    with scripted(lambda _request: (200, XML, bomb.encode())) as (adapter, _sent):
        assert outcomes_until(adapter.push(levels_for(["item:1"])), Unavailable)[0] == []


def test_token_that_ends_in_the_middle_is_renewed_once_by_all_threads():
    with ebay(parallel=8, batch_size=1) as (market, adapter):
        ids = offers(market, 200)
        market.latency = 0.005
        outcomes = []
        for outcome in adapter.push(levels_for(ids)):
            outcomes.append(outcome)
            if len(outcomes) == 50:
                market.oauth.expire(None)
        assert kinds(outcomes) == [Acknowledged] * 200
        assert market.stats.calls["token"] == 2


# === SECRETS === #


@pytest.mark.parametrize(
    "answer",
    [
        (400, JSON, {"error": "invalid_grant"}),
        (200, JSON, {"refresh_token": ["s3cret-answer"], "access_token": {"a": "s3cret-answer"}}),
        (200, JSON, b'{"refresh_token": "s3cret-answer'),
        (500, JSON, {}),
        (302, {"Location": "https://elsewhere"}, b""),
    ],
)
@pytest.mark.parametrize("way", ["exchange", "renew"])
def test_no_local_variable_shows_a_secret(answer, way):
    secrets = {name: f"s3cret-{name}" for name in CREDENTIALS}

    def ask(adapter):
        if way == "renew":
            return list(adapter.push(levels_for(["sku:A"])))
        connection = connection_to("https://api.ebay.com", secrets)
        return oauth.exchange_code(connection, "s3cret-code", sleep=lambda _seconds: None)

    odd = scripted(lambda _request: answer, credentials=secrets, attempts=1)
    with odd as (adapter, _sent), pytest.raises(AdapterError) as caught:
        ask(adapter)
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in report.stack if "/adapters/" in frame.filename and "/tests/" not in frame.filename]
    assert frames
    said = "\n".join([caught.value.reason, *(f"{name}={value}" for f in frames for name, value in f.locals.items())])
    assert "s3cret" not in said


# === TEN THOUSAND ROWS IN TROUBLE === #


@pytest.mark.parametrize("seed", range(2))
def test_10000_rows_amid_trouble_end_right(seed):
    """A fifth of all answers are trouble of mixed kinds, and some rows are bad: push after push, all get their due."""
    market, now, lock = Marketplace(seed=seed), [1.8e9], threading.Lock()
    chance = random.Random(seed)

    def sleep(seconds):
        with lock:
            now[0] += seconds

    ids = offers(market, 10_000)
    bad = set(chance.sample(range(10_000), 50))
    levels = {n: Level(n, f"offer:9{n}:GONE-{n}" if n in bad else one, "default", n % 7) for n, one in enumerate(ids)}
    for kind in ("429", "500", "502", "503", "reset", "html", "truncated", "empty", "wrong_type", "expired"):
        market.fault(kind, share=0.02, applied=kind in ("503", "reset"))
    rejected = set()
    with serve(market) as server:
        for _round in range(60):
            adapter = EbayAdapter(connection_to(server.url, parallel=8), lambda: now[0], sleep)
            try:
                for outcome in adapter.push(list(levels.values())):
                    level = levels.pop(outcome.key)
                    if isinstance(outcome, Rejected):
                        rejected.add(level.key)
                    else:
                        assert market.buyer_quantity(f"SKU-{level.key}") == level.quantity
            except AdapterError:
                sleep(60)
            adapter.close()
            if not levels:
                break
    assert not levels
    assert rejected == bad
