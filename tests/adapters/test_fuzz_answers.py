# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every parser of an answer, given spoiled ones: nothing but the adapters' own errors, and no yes that nobody said.

MARKETPLACE_SYNC_EXAMPLES=5000 tries so many random answers of each kind instead of the same few.
"""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.base import Acknowledged
from conformance.cases import harnesses
from fuzz_kit import OPERATIONS, Good, Script, adapter_of, kind_of, outcomes_of, recording
from fuzz_spoil import BODIES, silent_about, spoils
from wire_kit import Time

EXAMPLES = os.environ.get("MARKETPLACE_SYNC_EXAMPLES")
few = settings(
    max_examples=int(EXAMPLES or 25), derandomize=not EXAMPLES, database=None, deadline=None, print_blob=bool(EXAMPLES),
    suppress_health_check=list(HealthCheck))
MARKETS = {harness.name: harness for harness in harnesses()}
# What asks the marketplace nothing has no answer to be spoiled.
ASKED = [
    (name, operation)
    for name in MARKETS
    for operation in OPERATIONS
    if not (operation == "locations" and "shopify" not in name)
    and not (operation == "allowances" and "ebay" not in name)
    and not (operation == "find" and "rest" in name)
]


def play(harness, operation, answer):
    """What an operation brings when request by request is answered with `answer(number, good)`, its answer when all
    is well."""
    record = recording(harness)
    asked = Counter()

    def respond(number, request):
        kind = kind_of(request)
        alike = record.alike(operation, kind)
        spoiled = answer(number, alike[min(asked[kind], len(alike) - 1)])
        asked[kind] += 1
        return spoiled if isinstance(spoiled, Exception) else (spoiled.status, spoiled.headers, spoiled.body)

    clock = Time()
    with Script(respond).played():
        return outcomes_of(adapter_of(harness, clock), operation, record, harness.credentials.values())


@pytest.mark.parametrize(("market", "operation"), ASKED)
@few
@given(hits=st.lists(st.none() | spoils, min_size=1, max_size=4), twice=st.none() | spoils)
def test_spoiled_answers(market, operation, hits, twice):
    """Request after request is answered with what is left of a good answer."""
    harness = MARKETS[market]
    secret = list(harness.credentials.values())[-1]

    def answer(number, good):
        for spoil in filter(None, (hits[number % len(hits)], twice if number else None)):
            good = good if isinstance(good, Exception) else spoil(good, secret)
        return good

    play(harness, operation, answer)


@pytest.mark.parametrize("market", MARKETS)
def test_good_answers(market):
    """What is spoiled above is good before: it leads to the outcomes it should."""
    harness = MARKETS[market]
    outcomes = {one.key: one for one in play(harness, "push", lambda _number, good: good)}
    assert sorted(key for key, one in outcomes.items() if isinstance(one, Acknowledged)) == [0, 1, 2]


@pytest.mark.parametrize("market", MARKETS)
@few
@given(body=st.sampled_from(BODIES) | st.binary(max_size=60), status=st.sampled_from((200, 201, 202, 204, 299)))
def test_nonsense_acknowledges_nothing(market, body, status):
    """Whatever is not an answer to what was asked says nothing about any number."""
    outcomes = play(MARKETS[market], "push", lambda _number, good: Good((), status, good.headers, body))
    assert not [one for one in outcomes if isinstance(one, Acknowledged)]


# The others say one word for all rows of a call, or answer about one row only.
TELL_EACH = sorted(set(MARKETS) - {"shopify", "shopify-app", "cartona-in-one-word", "rest-single"})


@pytest.mark.parametrize("row", range(3))
@pytest.mark.parametrize("market", TELL_EACH)
def test_answers_that_leave_one_item_out(market, row):
    """Where a marketplace tells of each item what became of it, its silence is no yes."""
    level = recording(MARKETS[market]).levels[row]
    names = {level.sku, level.external_id, *level.external_id.split(":")} - {"item", "offer", "sku"}
    outcomes = play(MARKETS[market], "push", lambda _number, good: silent_about(good, names))
    accepted = {one.key for one in outcomes if isinstance(one, Acknowledged)}
    assert row not in accepted
    assert accepted, "the others were not left out"
