# SPDX-License-Identifier: LGPL-3.0-or-later
"""What every adapter that can read has to stand when it is asked which numbers a shop has: see conformance/.

Whatever a test does, `Market.read` checks that a number told is the one that is there, that a level has one answer at
most and one without a number a reason for people, that nothing is written, that nothing but the typed errors is raised,
and that no secret is told.
"""

from dataclasses import replace

import pytest

from adapters.base import Level, Refused, Unauthorized, Unavailable
from conformance import parametrize, settings_for, waits

pytest_plugins = ("conformance.fixtures",)

CALLS = 6


def pytest_generate_tests(metafunc):
    """Give a test what it asks for by name; trouble hits reads."""
    parametrize(metafunc, lambda harness: harness.can_read, targets=("read",))


def shelf(market, count):
    """Levels of items of which there are 0 to 6 pieces."""
    harness = market.harness
    return [
        Level(n, harness.add(f"SKU-{n}", n % 7), harness.location, 99, previous=98, sku=f"SKU-{n}")
        for n in range(count)
    ]


def shelf_of_calls(market, calls=CALLS):
    """As many as it takes so many calls to read."""
    return shelf(market, calls * market.harness.read_batch)


# === ALL IS WELL === #


def test_can_read(market):
    adapter = market.adapter()
    assert adapter.can_read
    adapter.close()


def test_every_number_once(market):
    levels = shelf_of_calls(market)
    read = market.read(levels)
    assert read.error is None
    assert {n: shown.quantity for n, shown in read.outcomes.items()} == {n: n % 7 for n in range(len(levels))}


@pytest.mark.parametrize("calls", [1, 40])
def test_calls_are_bounded(market, calls):
    levels = shelf_of_calls(market, calls)
    read = market.read(levels)
    assert read.error is None
    assert read.calls == market.shop.stats.requests <= market.harness.most_reads(len(levels))


def test_few_of_many(market):
    levels = shelf_of_calls(market)[-3:]
    read = market.read(levels)
    assert [shown.quantity for _key, shown in sorted(read.outcomes.items())] == [level.key % 7 for level in levels]
    assert read.calls <= CALLS + market.harness.renews


def test_nothing_to_read(market):
    assert market.read([]).calls == 0


def test_a_sale_shows(market):
    levels = shelf(market, 7)
    market.harness.sell(levels[5].external_id, 2)
    assert market.read(levels).outcomes[5].quantity == 3


def test_two_levels_of_one_item(market):
    levels = shelf(market, 3)
    levels.append(replace(levels[2], key="again"))
    read = market.read(levels)
    assert (read.outcomes[2].quantity, read.outcomes["again"].quantity) == (2, 2)


@pytest.mark.parametrize("count", [4, 40])
def test_unknown_item(market, count):
    levels = shelf(market, count)
    levels[2] = replace(levels[2], external_id=market.harness.unknown("GONE"), sku="GONE")
    read = market.read(levels)
    assert read.error is None
    assert [key for key, shown in read.outcomes.items() if shown.quantity is None] == [2]


def test_nothing_is_sent_for_a_caller_who_left(market):
    levels = shelf_of_calls(market, 40)
    market.shop.latency = 0.02
    adapter = market.adapter()
    answers = adapter.read(levels)
    next(answers)
    answers.close()
    assert market.shop.stats.open == 0
    assert market.shop.stats.requests == adapter.calls < 40
    adapter.close()


# === TROUBLE === #


def test_trouble_once(market, target, trouble):
    """It heals inside the read: nobody has to come back."""
    levels = shelf_of_calls(market)
    market.shop.fault(**trouble, on=target)
    read = market.read(levels, **settings_for(trouble))
    assert market.faults_met() == 1
    assert read.error is None
    assert market.clock.slept >= waits(trouble)


def test_lasting_trouble(market, target, trouble):
    """The read gives up soon, tells how long to wait, and the next one does what is left."""
    levels = shelf_of_calls(market)
    market.shop.fault(**trouble, on=target, share=1.0)
    read = market.read(levels, **settings_for(trouble))
    assert not read.outcomes
    assert isinstance(read.error, Unavailable)
    assert bool(read.error.retry_after) == bool(waits(trouble))
    assert (read.error.retry_after or 0) >= waits(trouble)
    if trouble["kind"] not in ("500", *market.harness.troubles):
        assert market.faults_met() <= 10
    market.shop.faults.clear()
    market.read_rest(levels, read)


def test_what_is_known_comes_before_the_trouble(market):
    levels = shelf_of_calls(market)
    adapter, known = market.adapter(parallel=1), []
    with pytest.raises(Unavailable):
        for shown in adapter.read(levels):
            known.append(shown)
            if len(known) == 1:
                market.shop.fault("503", share=1.0, on="read")
    adapter.close()
    assert 0 < len(known) < len(levels)
    assert all(shown.quantity == shown.key % 7 for shown in known)


@pytest.mark.parametrize("seed", range(2))
def test_most_answers_are_trouble(market, seed):
    """Mixed kinds, read after read, until all is known."""
    levels = shelf_of_calls(market)
    market.shop.change(seed=seed)
    for kind in ("429", "500", "503", "reset", "html", "truncated", "empty", "wrong_type"):
        market.shop.fault(kind, share=0.08)
    read = market.read(levels)
    market.read_rest(levels, read, rounds=60)


# === WHO MAY CALL === #


def test_token_refused_once(market):
    levels = shelf_of_calls(market)
    market.shop.fault("expired", on="read")
    read = market.read(levels, parallel=1)
    if market.harness.renews:
        assert read.error is None
        assert market.shop.stats.calls["token"] == 2
    else:
        assert isinstance(read.error, Unauthorized)
        assert read.calls == 1
    market.read_rest(levels, read)


def test_secret_refused(market):
    levels = shelf_of_calls(market)
    market.harness.revoke()
    read = market.read(levels)
    assert isinstance(read.error, Unauthorized)
    assert not read.outcomes
    assert read.calls <= 4
    assert market.clock.slept == 0


def test_no_secret_at_all(market):
    read = market.read(shelf(market, 3), credentials={})
    assert isinstance(read.error, Unauthorized | Refused)
    assert not read.outcomes
