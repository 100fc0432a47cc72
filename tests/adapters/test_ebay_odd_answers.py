# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whatever eBay answers, the adapter raises nothing but its own errors, and acknowledges nothing it was not told."""

from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.base import Acknowledged, AdapterError, Allowance, RemoteItem
from adapters.ebay.errors import faults_of
from adapters.ebay.limits import allowances_of
from adapters.ebay.push_inventory import entries_of
from test_ebay_kit import JSON, XML, levels_for, scripted


def words(text):
    """One of the words in `text`."""
    return st.sampled_from(text.split())


# Names and values eBay uses, so that odd answers get far.
NAMES = words(
    "errors errorId message longMessage parameters value responses statusCode sku offerId offers status listing"
    " listingId availableQuantity format rateLimits apiName resources rates name limit remaining reset timeWindow"
)
VALUES = words("A 1 2 PUBLISHED 25001 25004 25712 21919165 inventory 2999-01-01T00:00:00Z") | st.sampled_from(
    [200, 400, 500, 0, 86400]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | VALUES
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=6)
)
BODIES = st.dictionaries(NAMES, ANY_JSON, max_size=5) | ANY_JSON | st.binary(max_size=60)
STATUSES = st.sampled_from([200, 200, 200, 207, 400, 404, 409, 413, 422, 500, 302, 418])
HEADERS = st.sampled_from([JSON, JSON, JSON, XML, {}])

TAGS = words(
    "Ack Errors ErrorCode SeverityCode LongMessage ErrorParameters Value InventoryStatus ItemID SKU Item Variations"
    " Variation VariationSpecifics SellingStatus ListingStatus ListingType User UserID"
)
TEXTS = words("Success Warning Failure PartialFailure Error 1 A 17 518 10007 21916799 21919165 Active")


def element(tag, children):
    return f"<{tag}>{''.join(children)}</{tag}>"


ANY_XML = st.recursive(
    TEXTS | st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=5).map(escape),
    lambda inner: st.builds(element, TAGS, st.lists(inner, max_size=5)),
    max_leaves=30,
)
ACKS = st.sampled_from(["Success", "Failure", "PartialFailure", "Warning", "", "Odd"])
XML_BODIES = st.binary(max_size=60) | st.builds(
    lambda ack, rows: f'<R xmlns="urn:ebay:apis:eBLBaseComponents"><Ack>{ack}</Ack>{"".join(rows)}</R>'.encode(),
    ACKS,
    st.lists(st.builds(element, TAGS, st.lists(ANY_XML, max_size=4)), max_size=4),
)


def drained(iterator):
    """What `iterator` gives until it raises one of the adapter's errors; any other is the test's to see."""
    seen = []
    try:
        for one in iterator:
            seen.append(one)
    except AdapterError as error:
        assert error.reason
    return seen


@settings(max_examples=150, deadline=None)
@given(STATUSES, HEADERS, BODIES)
def test_any_answer_to_a_push(status, headers, body):
    with scripted(lambda _request: (status, headers, body), attempts=1) as (adapter, _sent):
        outcomes = drained(adapter.push(levels_for(["offer:1:A", "offer:2:B", "sku:C"], 0)))
        keys = [outcome.key for outcome in outcomes]
        assert len(set(keys)) == len(keys)
        if status not in (200, 207, 400):
            assert all(not isinstance(outcome, Acknowledged) or isinstance(body, dict) for outcome in outcomes)


@settings(max_examples=150, deadline=None)
@given(STATUSES, HEADERS, BODIES)
def test_any_answer_to_a_search(status, headers, body):
    with scripted(lambda _request: (status, headers, body), attempts=1) as (adapter, _sent):
        assert all(isinstance(item, RemoteItem) for item in drained(adapter.find(["A", "B"])))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([200, 200, 200, 500, 404]), st.sampled_from([XML, XML, XML, JSON]), XML_BODIES)
def test_any_answer_of_the_trading_api(status, headers, body):
    with scripted(lambda _request: (status, headers, body), attempts=1) as (adapter, _sent):
        outcomes = drained(adapter.push(levels_for(["item:1", "item:2:A", "item:3"])))
        keys = [outcome.key for outcome in outcomes]
        assert len(set(keys)) == len(keys)
        assert status == 200 or not any(isinstance(outcome, Acknowledged) for outcome in outcomes)
        assert all(isinstance(item, RemoteItem) for item in drained(adapter.find([], {"1": "", "2": "A"})))


@settings(max_examples=100, deadline=None)
@given(STATUSES, HEADERS, BODIES)
def test_any_answer_to_a_connection_test(status, headers, body):
    with scripted(lambda _request: (status, headers, body), attempts=1) as (adapter, _sent):
        try:
            assert adapter.test().name
        except AdapterError as error:
            assert error.reason


@given(ANY_JSON)
def test_any_json_is_read(value):
    assert all(isinstance(one.code, str) for one in faults_of(value))
    assert all(isinstance(one, Allowance) for one in allowances_of(value, 0.0))
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    assert all(isinstance(one.status, int) for one in entries_of(rows))
