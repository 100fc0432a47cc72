# SPDX-License-Identifier: LGPL-3.0-or-later
"""What every adapter tells of its requests: all of them or those that failed, with the levels, and never a secret."""

from adapters.base import Acknowledged
from conformance import parametrize
from test_wire_recording import Kept

pytest_plugins = ("conformance.fixtures",)


def pytest_generate_tests(metafunc):
    parametrize(metafunc, lambda harness: True)


def told(market, levels, everything=False, repeat=False):
    """What is told of a push, the outcomes, and the adapter."""
    kept = Kept()
    adapter = market.adapter(recorder=kept.recorder(everything))
    outcomes = {outcome.key: outcome for outcome in adapter.push(levels)}
    if repeat:
        adapter.repeat(next(exchange for exchange in kept if exchange.writes and exchange.keys))
    adapter.close()
    secrets = {*market.secrets, *([adapter.token.value] if adapter.token else [])}
    assert not [secret for secret in secrets if secret in repr(kept)]
    return kept, outcomes, adapter


def test_all_of_them(market):
    levels = market.stock(["SKU-1", "SKU-2"])
    kept, outcomes, adapter = told(market, levels, everything=True)
    assert {type(outcome) for outcome in outcomes.values()} == {Acknowledged}
    assert len(kept) == len(kept.times) == adapter.calls
    assert not [exchange.trouble for exchange in kept if exchange.trouble]
    writing = [exchange for exchange in kept if exchange.writes and exchange.keys]
    assert {key for exchange in writing for key in exchange.keys} == {0, 1}
    assert all(exchange.body and 200 <= exchange.status < 300 for exchange in writing)


def test_none_when_all_is_well(market):
    kept, _outcomes, adapter = told(market, market.stock(["SKU-1", "SKU-2"]))
    assert not kept
    assert len(kept.times) == adapter.calls


def test_a_marketplace_that_is_away(market):
    levels = market.stock(["SKU-1"])
    market.shop.fault("503", times=1, on="write")
    kept, outcomes, _adapter = told(market, levels)
    assert isinstance(outcomes[0], Acknowledged)
    assert [(exchange.status, exchange.keys) for exchange in kept] == [(503, (0,))]


def test_repeating(market):
    levels = market.stock(["SKU-1"])
    kept, _outcomes, _adapter = told(market, levels, everything=True, repeat=True)
    first = next(exchange for exchange in kept if exchange.writes and exchange.keys)
    again = kept[-1]
    assert (again.method, again.url, again.body, again.status) == (first.method, first.url, first.body, first.status)
    assert dict(again.headers) == dict(first.headers)
    assert market.level(levels[0]) == levels[0].quantity
