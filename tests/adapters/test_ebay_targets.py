# SPDX-License-Identifier: LGPL-3.0-or-later
"""External ids: readable, and the same target again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ebay.targets import Inventory, Listing, target_of

NUMBERS = st.from_regex(r"\A[0-9]{1,20}\Z")
SKUS = st.text(min_size=1, max_size=60)


@given(st.one_of(st.builds(Inventory, SKUS, st.lists(NUMBERS, max_size=3).map(tuple)), st.builds(Listing, NUMBERS)))
def test_text_leads_back_to_the_target(target):
    assert target_of(str(target)) == target


@given(NUMBERS, SKUS)
def test_a_variation_leads_back_to_itself(number, sku):
    assert target_of(str(Listing(number, sku))) == Listing(number, sku)


@pytest.mark.parametrize(
    ("external_id", "target"),
    [
        ("offer:8209815010:SKU-1", Inventory("SKU-1", ("8209815010",))),
        ("offer:1,2:a:b", Inventory("a:b", ("1", "2"))),
        ("sku:SKU-1", Inventory("SKU-1")),
        ("item:110043671232", Listing("110043671232")),
        ("item:110043671232:RED", Listing("110043671232", "RED")),
    ],
)
def test_the_forms_people_may_read_stay(external_id, target):
    assert target_of(external_id) == target
    assert str(target) == external_id


@pytest.mark.parametrize("text", ["", "sku:", "offer::A", "offer:1", "offer:1:", "offer:x:A", "item:", "item:x", "gid"])
def test_other_text_is_no_target(text):
    assert target_of(text) is None


@given(st.text())
def test_any_text_is_a_target_or_none(text):
    target = target_of(text)
    assert target is None or isinstance(target, Inventory | Listing)
