# SPDX-License-Identifier: LGPL-3.0-or-later
"""What every adapter has to stand, each against its sandbox: see conformance/ for the marketplaces.

Whatever a test does, `Market.push` checks that what was acknowledged is there, that a level has one outcome at most,
that nothing but the typed errors is raised, and that no secret is told; `Market.push_rest`, that later pushes bring
every number right and none back to an older one.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.base import Acknowledged, Rejected, Unauthorized, Unavailable
from conformance import SKUS, parametrize, settings_for, waits

pytest_plugins = ("conformance.fixtures",)

BATCHES = 6


def pytest_generate_tests(metafunc):
    parametrize(metafunc, lambda harness: harness.renews or "remembered" not in metafunc.fixturenames)


@pytest.fixture
def remembered(market):
    """Credentials with an access token that an earlier push has fetched; only where tokens are renewed."""
    token = market.push(market.stock(["EARLIER"])).token
    return {**market.harness.credentials, "token": token.value, "token_expires_at": token.expires_at.isoformat()}


def stock(market, target="write", batches=BATCHES):
    """Levels for some calls; the shop's numbers are known, so that nothing need be read, unless reading shall fail."""
    skus = [f"SKU-{number}" for number in range(batches * market.harness.batch)]
    return market.stock(skus, previous=None if target == "read" else 5)


def seconds_until(market, moment):
    """How far `moment`, ISO 8601 and UTC, is away."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() - market.clock()


# === ALL IS WELL === #


def test_connection_and_locations(market):
    adapter = market.adapter()
    info = adapter.test()
    assert info.name
    assert not info.missing_scopes
    assert market.harness.location in [place.external_id for place in adapter.locations() if place.active]
    adapter.close()


def test_accepted(market):
    levels = stock(market)
    pushed = market.push(levels)
    assert pushed.error is None
    assert pushed.keys(Acknowledged) == [level.key for level in levels]
    assert pushed.calls == market.shop.stats.requests
    market.push_rest(levels, pushed)


@pytest.mark.parametrize("quantity", [0, 1, 999_999_999])
def test_quantities(market, quantity):
    levels = market.stock(["SKU-1", "SKU-2"], quantity)
    assert market.push(levels).keys(Acknowledged) == [0, 1]
    assert [market.level(level) for level in levels] == [quantity, quantity]


def test_nothing_to_push(market):
    assert market.push([]).calls == 0


def test_10000_rows(market):
    levels = market.stock([f"SKU-{number}" for number in range(10_000)])
    pushed = market.push(levels)
    assert pushed.error is None
    assert len(pushed.keys(Acknowledged)) == 10_000
    assert pushed.calls <= market.harness.most_calls(10_000)
    assert {market.level(level) for level in levels} == {8}


@pytest.mark.parametrize("sku", SKUS.values(), ids=SKUS)
def test_skus(market, sku):
    longest = market.harness.longest_sku
    if longest and len(sku) > longest:
        level = replace(market.stock(["SKU-1"])[0], external_id=market.harness.unknown(sku), sku=sku)
        assert market.push([level]).keys(Rejected) == [0]
        return
    external_id = market.harness.add(sku, 5)
    ids = market.harness.item_ids({sku: external_id})
    (found,) = market.adapter().find([sku], ids)
    assert (found.external_id, found.sku, found.tracked) == (external_id, sku, True)
    levels = market.stock(["SKU-1"])
    levels.append(replace(levels[0], key=1, external_id=external_id, sku=sku))
    assert market.push(levels).keys(Acknowledged) == [0, 1]


# === WHAT THE MARKETPLACE DOES NOT TAKE === #


def test_unknown_sku(market):
    if market.harness.searches:
        market.harness.add("sku-1", 5)
        assert list(market.adapter().find(["SKU-1", "sku", "sku-1 "], {})) == []
    level = replace(market.stock(["SKU-2"])[0], external_id=market.harness.unknown("GONE"), sku="GONE")
    assert market.push([level]).keys(Rejected) == [0]


def test_refused_row_amid_24_good_ones(market):
    levels = market.stock([f"SKU-{number}" for number in range(25)])
    levels[11] = replace(levels[11], external_id=market.harness.unknown("GONE"), sku="GONE")
    pushed = market.push(levels)
    assert pushed.error is None
    assert pushed.keys(Rejected) == [11]
    assert len(pushed.keys(Acknowledged)) == 24
    # A suspect is kept apart, and costs the others nothing.
    levels[11] = replace(levels[11], suspect=True)
    assert market.push(levels).keys(Rejected) == [11]


def test_two_numbers_for_one_item(market):
    """On their way at the same time, it would be left to chance which one stays."""
    levels = market.stock(["SKU-1", "SKU-2"])
    levels.append(replace(levels[0], key=2, quantity=9))
    pushed = market.push(levels)
    assert (pushed.keys(Acknowledged), pushed.keys(Rejected)) == ([0, 1], [2])


def test_nothing_is_sent_for_a_caller_who_left(market):
    levels = stock(market, batches=40)
    market.shop.latency = 0.02
    adapter = market.adapter()
    outcomes = adapter.push(levels)
    next(outcomes)
    outcomes.close()
    assert market.shop.stats.open == 0
    assert market.shop.stats.requests == adapter.calls < 40
    adapter.close()


# === TROUBLE === #


def test_trouble_once(market, target, trouble):
    """It heals inside the push: nobody has to come back."""
    levels = stock(market, target)
    market.shop.fault(**trouble, on=target)
    pushed = market.push(levels, **settings_for(trouble))
    assert market.faults_met() == 1
    assert pushed.error is None
    assert pushed.keys(Acknowledged) == [level.key for level in levels]
    assert market.clock.slept >= waits(trouble)
    market.check_order()


def test_lasting_trouble(market, target, trouble):
    """The push gives up soon, tells how long to wait, and the next one does what is left."""
    levels = stock(market, target, batches=16)
    market.shop.fault(**trouble, on=target, share=1.0)
    pushed = market.push(levels, **settings_for(trouble))
    if trouble["kind"] in market.harness.perhaps_yes:
        assert not pushed.keys(Acknowledged)
    else:
        if trouble["kind"] not in ("500", *market.harness.troubles):
            # A flood of calls is not what a marketplace in trouble needs: four callers with four tries are 16. (What
            # may be due to a single row is taken apart first.)
            assert market.faults_met() <= 10
        assert isinstance(pushed.error, Unavailable)
        assert bool(pushed.error.retry_after) == bool(waits(trouble))
        assert (pushed.error.retry_after or 0) >= waits(trouble)
    market.shop.faults.clear()
    market.push_rest(levels, pushed)


@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_long_retry_after_is_handed_on(market, as_date):
    levels = stock(market)
    market.shop.fault("429", share=1.0, on="write", retry_after=600, as_date=as_date)
    pushed = market.push(levels)
    assert 590 <= pushed.error.retry_after <= 610
    assert market.clock.slept < 60
    market.shop.faults.clear()
    market.push_rest(levels, pushed)


@pytest.mark.parametrize("seed", range(3))
def test_most_answers_are_trouble(market, seed):
    """Mixed kinds, push after push, until all is acknowledged."""
    levels = stock(market, target="read")
    market.shop.change(seed=seed)
    for kind in ("429", "500", "503", "reset", "html", "truncated", "empty", "wrong_type"):
        market.shop.fault(kind, share=0.08, applied=seed == 1)
    pushed = market.push(levels)
    market.push_rest(levels, pushed, rounds=60)
    assert market.faults_met() > 5


# === WHO MAY CALL === #


def test_token_refused_once(market):
    levels = stock(market)
    market.shop.fault("expired", on="write")
    pushed = market.push(levels, parallel=1)
    if market.harness.renews:
        assert pushed.error is None
        assert market.shop.stats.calls["token"] == 2
    else:
        assert isinstance(pushed.error, Unauthorized)
        assert pushed.calls == 1
    assert market.clock.slept == 0
    market.push_rest(levels, pushed)


def test_stored_token_serves_until_it_is_refused(market, remembered):
    levels = stock(market)
    assert market.push(levels, credentials=remembered).token is None
    assert market.shop.stats.calls["token"] == 1
    market.shop.fault("expired", on="write")
    pushed = market.push(levels, credentials=remembered)
    assert pushed.error is None
    assert pushed.token.value != remembered["token"]
    assert market.shop.stats.calls["token"] == 2


def test_token_is_renewed_before_it_ends(market, remembered):
    levels = stock(market)
    market.clock.sleep(seconds_until(market, remembered["token_expires_at"]) - 30)
    pushed = market.push(levels, credentials=remembered)
    # One for the token, and none that was refused.
    assert pushed.calls == 1 + BATCHES
    assert pushed.token.value != remembered["token"]


def test_renewal_refused(market, remembered):
    levels = stock(market)
    market.harness.revoke()
    pushed = market.push(levels, credentials=remembered)
    assert isinstance(pushed.error, Unauthorized)
    assert market.clock.slept == 0
    assert not pushed.outcomes
    assert market.shop.stats.calls["token"] == 2


def test_token_refused_for_good(market):
    levels = stock(market)
    market.shop.fault("expired", on="write", share=1.0)
    pushed = market.push(levels)
    assert isinstance(pushed.error, Unauthorized)
    assert market.clock.slept == 0
    assert not pushed.outcomes
    market.shop.faults.clear()
    market.push_rest(levels, pushed)


def test_secret_refused(market):
    levels = stock(market)
    market.harness.revoke()
    pushed = market.push(levels)
    assert isinstance(pushed.error, Unauthorized)
    assert market.clock.slept == 0
    assert not pushed.outcomes
    assert pushed.calls <= 4
    assert market.shop.stats.calls["token"] <= 1
    assert {market.level(level) for level in levels} == {5}


@pytest.mark.parametrize("end", ["\nX", "é", "一"], ids=["line-break", "latin", "chinese"])
def test_secret_that_no_header_can_carry(market, end):
    levels = stock(market)
    wrong = {name: secret + end for name, secret in market.harness.credentials.items()}
    pushed = market.push(levels, credentials=wrong)
    assert isinstance(pushed.error, Unauthorized)
    assert not pushed.outcomes


def test_no_secret_at_all(market):
    assert isinstance(market.push(stock(market), credentials={}).error, Unauthorized)
