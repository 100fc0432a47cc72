# SPDX-License-Identifier: LGPL-3.0-or-later
"""The faults of `make chaos`: which there are, and which older number after a newer one is a shop's own doing."""

from random import Random

import pytest

from dev.chaos.snapshots import Accepted
from dev.chaos.weather import COMPARING, GIVEN_UP, Weather, is_excused
from dev.sandboxes import ACCOUNTS
from sandbox.faults import Fault
from sandbox.shopify.faults import Fault as ShopifyFault

ON_TIME, TOO_LATE = Accepted(7, 1000.0, 1000.02), Accepted(7, 1000.0, 1000.0 + GIVEN_UP + 10)


class FakeShop:
    """Notes its faults, each as its sandbox would understand it."""

    def __init__(self, name):
        self._kind, self.faults = (ShopifyFault if name == "shopify" else Fault), []

    def delete(self, what):
        self.faults = []

    def post(self, what, **fault):
        self.faults.append(self._kind(**fault))


@pytest.fixture
def shops():
    return {name: FakeShop(name) for name in ACCOUNTS}


def test_numbers_come_late_only_where_it_is_asked_for(shops):
    for late in (False, True):
        Weather(shops, silent=True, late=late).begin()
        for shop in shops.values():
            assert any(fault.kind == "latency" and fault.seconds > GIVEN_UP for fault in shop.faults) == late


def test_one_answer_in_eight_is_spoiled(shops):
    Weather(shops, silent=True, late=True).begin()
    for shop in shops.values():
        assert 0.1 < sum(fault.share for fault in shop.faults) < 0.2


def test_a_shop_that_was_down_is_spoiled_as_before_and_then_clear(shops):
    weather = Weather(shops, silent=False)
    weather.begin()
    before = shops["odd"].faults
    weather.take_down("odd")
    assert {fault.kind for fault in shops["odd"].faults} == {"reset"}
    weather.bring_back("odd")
    assert shops["odd"].faults == before
    weather.clear()
    assert [shop.faults for shop in shops.values()] == [[]] * len(shops)


def test_a_shop_refuses_one_token_in_a_row(shops):
    weather = Weather(shops, silent=False)
    weather.begin()
    before = len(shops["shopify"].faults)
    weather.down = {name for name in shops if name != "shopify"}
    for _time in range(2):
        assert weather.expire_token(Random(0)) == "shopify"
    assert [fault.kind for fault in shops["shopify"].faults][before:] == ["expired"]


def test_a_shop_that_can_t_compare_takes_numbers_late():
    assert all(is_excused(name, TOO_LATE, late=True) for name in ACCOUNTS if name not in COMPARING)


@pytest.mark.parametrize(
    ("sandbox", "write", "late"),
    [("shopify", TOO_LATE, True), ("cartona", ON_TIME, True), ("cartona", TOO_LATE, False)],
)
def test_no_other_older_number_is_excused(sandbox, write, late):
    assert not is_excused(sandbox, write, late=late)
