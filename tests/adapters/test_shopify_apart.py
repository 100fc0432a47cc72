# SPDX-License-Identifier: LGPL-3.0-or-later
"""Calls that Shopify refuses or fails at as a whole: the row to blame is found, and nothing else suffers for it."""

import threading

import pytest

from adapter_kit import json_answer, outcomes_until
from adapters.base import Acknowledged, Refused, Rejected, Unavailable
from test_shopify_kit import adapter_for, levels_for, quantities_of, scripted

DONE = {"data": {"inventorySetQuantities": {"userErrors": []}}}
CRASH = {"data": None, "errors": [{"message": "oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
ODD = {"errors": [{"message": "so odd", "extensions": {"code": "ODD"}}]}


def pusher(server, **settings):
    return adapter_for(server, sleep=lambda _seconds: None, **settings)


def poisoned(rows, answer):
    """Answers all is well, but `answer` to a call that holds one of `rows`."""
    return lambda _path, body: (
        answer if any(row["inventoryItemId"] in rows for row in quantities_of(body)) else json_answer(DONE)
    )


def keys(outcomes, kind):
    return sorted(outcome.key for outcome in outcomes if isinstance(outcome, kind))


@pytest.mark.parametrize("answer", [json_answer(CRASH), json_answer({}, 500)], ids=["code", "status"])
@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize("probe", [False, True])
@pytest.mark.parametrize("batch_size", [1, 8, 250])
def test_row_that_makes_shopify_crash_is_rejected_alone(answer, parallel, probe, batch_size):
    with scripted(poisoned({"i0"}, answer)) as server:
        adapter = pusher(server, parallel=parallel, probe=probe, batch_size=batch_size)
        outcomes = list(adapter.push(levels_for([f"i{n}" for n in range(16)], "l")))
    [rejected] = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert rejected.key == 0
    assert "fails each time it is sent this item" in rejected.reason
    assert rejected.code in rejected.reason
    assert keys(outcomes, Acknowledged) == list(range(1, 16))


def test_two_such_rows_and_a_good_one(shop, server):
    with scripted(poisoned({"i0", "i2"}, json_answer(CRASH))) as server:
        outcomes = list(pusher(server, parallel=1).push(levels_for(["i0", "i1", "i2"], "l")))
    assert keys(outcomes, Rejected) == [0, 2]
    assert keys(outcomes, Acknowledged) == [1]


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize("probe", [False, True])
@pytest.mark.parametrize("batch_size", [1, 250])
def test_shopify_that_crashes_at_everything_is_away(count, probe, batch_size):
    """Nobody is to blame, and it is not flooded."""
    with scripted(lambda *_: json_answer(CRASH)) as server:
        adapter = pusher(server, probe=probe, batch_size=batch_size)
        seen, _error = outcomes_until(adapter.push(levels_for([f"i{n}" for n in range(count)], "l")), Unavailable)
    assert seen == []
    assert adapter.calls <= (3 if probe else 13)


def test_shopify_that_goes_away_in_the_middle_blames_nobody():
    calls = []

    def answer(_path, _body):
        calls.append(1)
        return json_answer(DONE) if len(calls) <= 10 else json_answer({}, 500)

    with scripted(answer) as server:
        adapter = pusher(server, batch_size=1)
        seen, _error = outcomes_until(adapter.push(levels_for([f"i{n}" for n in range(100)], "l")), Unavailable)
    assert len(keys(seen, Acknowledged)) == len(seen) == 10
    # Ten on end, those under way meanwhile, and those that were while the last good answer was.
    assert len(calls) <= 10 + 10 + 2 * 4


def test_token_that_cannot_be_fetched_blames_no_row():
    def answer(path, body):
        return json_answer({}, 500) if path.endswith("access_token") else json_answer(DONE)

    with scripted(answer) as server:
        adapter = pusher(server, credentials={"client_id": "c", "client_secret": "s3cr3t"})
        outcomes_until(adapter.push(levels_for([f"i{n}" for n in range(16)], "l")), Unavailable)
        assert {path for _method, path, _headers, _body in server.requests} == {"/admin/oauth/access_token"}


def test_refusal_of_every_row_alike_concerns_the_account():
    with scripted(lambda *_: json_answer(ODD)) as server:
        adapter = pusher(server)
        seen, error = outcomes_until(adapter.push(levels_for([f"i{n}" for n in range(250)], "l")), Refused)
    assert seen == []
    assert "so odd" in error.reason
    # Those in hand meanwhile, and the row that is sent alone to be sure.
    assert adapter.calls <= 63 + 4 * 4


def test_rows_refused_before_may_all_be_refused_again():
    with scripted(lambda *_: json_answer(ODD)) as server:
        outcomes = list(pusher(server).push(levels_for([f"i{n}" for n in range(40)], "l", suspect=True)))
    assert keys(outcomes, Rejected) == list(range(40))


def test_many_bad_rows_amid_good_ones_are_found():
    bad = {f"i{n}" for n in range(0, 250, 12)}
    with scripted(poisoned(bad, json_answer(ODD))) as server:
        outcomes = list(pusher(server).push(levels_for([f"i{n}" for n in range(250)], "l")))
    assert len(keys(outcomes, Rejected)) == len(bad)
    assert len(keys(outcomes, Acknowledged)) == 250 - len(bad)


def test_a_repeated_call_has_the_same_key():
    lock, answers = threading.Lock(), [json_answer({}, 503), json_answer(CRASH), json_answer(DONE)]

    def answer(*_):
        with lock:
            return answers.pop(0)

    with scripted(answer) as server:
        [outcome] = pusher(server).push(levels_for(["a"], "l"))
        sent = [body["variables"] for _method, _path, _headers, body in server.requests]
    assert isinstance(outcome, Acknowledged)
    assert len(sent) == 3
    assert sent[0] == sent[1] == sent[2]


def test_throttled_call_is_sent_again_when_there_is_room():
    slept = []
    cost = {
        "requestedQueryCost": 10,
        "actualQueryCost": None,
        "throttleStatus": {"maximumAvailable": 1000, "currentlyAvailable": 5, "restoreRate": 10},
    }
    throttled = {"errors": [{"extensions": {"code": "THROTTLED"}}], "extensions": {"cost": cost}}
    answers = [json_answer(throttled), json_answer(DONE)]
    with scripted(lambda *_: answers.pop(0)) as server:
        adapter = adapter_for(server, clock=lambda: 1.0 + sum(slept), sleep=slept.append)
        assert [type(outcome) for outcome in adapter.push(levels_for(["a"], "l"))] == [Acknowledged]
    assert sum(slept) >= 0.5
