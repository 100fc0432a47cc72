# SPDX-License-Identifier: LGPL-3.0-or-later
"""Access tokens: fetched, kept, renewed in time, and given up on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from adapter_kit import json_answer, outcomes_until
from adapters.base import Acknowledged, Refused, Unauthorized, Unavailable
from adapters.shopify.client import Client
from test_shopify_kit import adapter_for, connection_to, levels_for, scripted, stocked

sandbox = pytest.importorskip("sandbox.shopify")
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}


class Clock:
    now = 1_795_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def shop(clock):
    return sandbox.Shop(clock=clock)


def test_token_is_fetched_once_and_handed_over(shop, server, clock):
    adapter = adapter_for(server, CLIENT, clock)
    assert adapter.token is None
    adapter.test()
    adapter.test()
    assert adapter.calls == 3
    assert adapter.token.value in shop.auth.granted
    assert adapter.token.expires_at == datetime.fromtimestamp(clock.now + 86399, UTC).replace(tzinfo=None)
    assert adapter.token.value not in repr(adapter.token)


@pytest.mark.parametrize("zone", ["", "+00:00", "Z"])
def test_stored_token_is_used_again(shop, server, clock, zone):
    first = adapter_for(server, CLIENT, clock)
    first.test()
    stored = {"token": first.token.value, "token_expires_at": first.token.expires_at.isoformat() + zone}
    again = adapter_for(server, {**CLIENT, **stored}, clock)
    again.test()
    assert again.calls == 1
    assert again.token is None


@pytest.mark.parametrize(("left", "calls"), [(601, 1), (599, 2)])
def test_renewed_ten_minutes_before_the_end(shop, server, clock, left, calls):
    first = adapter_for(server, CLIENT, clock)
    first.test()
    clock.now += 86399 - left
    before = first.calls
    first.test()
    assert first.calls - before == calls


@pytest.mark.parametrize(("left", "calls"), [(601, 1), (599, 2)])
def test_stored_token_is_renewed_as_early(shop, server, clock, left, calls):
    first = adapter_for(server, CLIENT, clock)
    first.test()
    stored = {"token": first.token.value, "token_expires_at": first.token.expires_at.isoformat()}
    clock.now += 86399 - left
    again = adapter_for(server, {**CLIENT, **stored}, clock)
    again.test()
    assert again.calls == calls


@pytest.mark.parametrize(("left", "calls"), [(7, 1), (5, 2)])
def test_short_lived_token_is_renewed_after_nine_tenths(shop, server, clock, left, calls):
    shop.auth.lifetime = 60
    adapter = adapter_for(server, CLIENT, clock)
    adapter.test()
    clock.now += 60 - left
    before = adapter.calls
    adapter.test()
    assert adapter.calls - before == calls


def test_refused_token_is_replaced_and_the_call_repeated(shop, server, clock):
    stored = {"token": "gone", "token_expires_at": "2099-01-01T00:00:00"}
    location, items = stocked(shop, 1000)
    adapter = adapter_for(server, {**CLIENT, **stored}, clock, batch_size=50)
    outcomes = list(adapter.push(levels_for(items, location)))
    assert sum(isinstance(o, Acknowledged) for o in outcomes) == 1000
    # The probe is refused, one token fetched, the call repeated; the other 19 go at once.
    assert adapter.calls == 22
    assert len(shop.auth.granted) == 1


def test_many_threads_fetch_one_token(shop, server, clock):
    client = Client(connection_to(server.url, {**CLIENT, "token": "gone"}), clock, lambda _seconds: None)
    with ThreadPoolExecutor(16) as pool:
        tokens = list(pool.map(lambda _n: client.tokens.replace("gone"), range(64)))
    assert len(set(tokens)) == client.calls == len(shop.auth.granted) == 1


def test_refused_twice_is_unauthorized():
    def answer(path, _body):
        if path.endswith("access_token"):
            return json_answer({"access_token": "fresh", "expires_in": 86399})
        return json_answer({"errors": "[API] Invalid"}, 401)

    with scripted(answer) as server:
        with pytest.raises(Unauthorized, match="newly fetched"):
            adapter_for(server, {**CLIENT, "token": "gone"}).test()
        assert len(server.requests) == 3


def test_lasting_token_that_is_refused(shop, server, clock):
    shop.auth.revoked.add("shpat_sandbox")
    location, items = stocked(shop, 100)
    adapter = adapter_for(server, clock=clock, batch_size=5)
    _seen, _error = outcomes_until(adapter.push(levels_for(items, location)), Unauthorized)
    assert adapter.calls < 8


def test_shop_of_another_organisation(shop, server, clock):
    shop.auth.permitted = False
    with pytest.raises(Unauthorized, match="different organisations"):
        adapter_for(server, CLIENT, clock).test()


@pytest.mark.parametrize("credentials", [{"client_id": "sandbox-client", "client_secret": "wrong"}, {"client_id": "x"}])
def test_wrong_or_missing_credentials(server, credentials):
    with pytest.raises(Unauthorized):
        adapter_for(server, credentials).test()


def test_refusal_is_asked_for_once(shop, server, clock):
    shop.auth.permitted = False
    location, items = stocked(shop, 100)
    adapter = adapter_for(server, CLIENT, clock, batch_size=5, parallel=8)
    outcomes_until(adapter.push(levels_for(items, location)), Unauthorized)
    assert adapter.calls == 1


@pytest.mark.parametrize("kind", ["503", "429", "html", "reset", "truncated"])
@pytest.mark.parametrize("attempts", [1, 4])
def test_token_trouble_heals(shop, server, clock, kind, attempts):
    shop.fault(kind, on="token")
    adapter = adapter_for(server, CLIENT, clock, attempts=attempts, sleep=lambda _seconds: None)
    if attempts == 1:
        with pytest.raises(Unavailable):
            adapter.test()
    assert adapter.test().name == "Sandbox"
    assert adapter.calls == 3


@pytest.mark.parametrize("status", [404, 302])
def test_no_such_shop(status):
    with scripted(lambda *_: json_answer({}, status)) as server, pytest.raises(Refused):
        adapter_for(server, CLIENT).test()


@pytest.mark.parametrize("body", [None, [], {}, {"access_token": 7}, {"access_token": ""}])
def test_token_answer_without_a_token(body):
    with scripted(lambda *_: json_answer(body)) as server, pytest.raises(Unavailable):
        adapter_for(server, CLIENT, attempts=1).test()
