# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publishing to Cartona: what is sent, and when a number counts as taken."""

import pytest

from adapters.base import Acknowledged, Conflict, Level, Rejected
from adapters.cartona import push, reasons
from sandbox.cartona import Supplier
from test_cartona_kit import calls, cartona_adapter, levels_for, pushed, supplier

QUIET = [{"answers": "plain"}, {"answers": "silent"}]


def kinds(outcomes):
    return {type(outcome) for outcome in outcomes.values()}


def corrupt(monkeypatch, spoil):
    """Let the supplier store `spoil(product, quantity)` instead of each quantity that is written; None for nothing."""
    store = Supplier.set_level

    def set_level(self, call, product, quantity, location=None):
        spoilt = spoil(product, quantity)
        if spoilt is not None:
            store(self, call, product, spoilt, location)

    monkeypatch.setattr(Supplier, "set_level", set_level)


# === WHAT IS SENT === #


def test_products_are_named_by_id_sku_or_base_product():
    with supplier() as shop:
        by_id, by_sku = shop.add_item("A", 5), shop.add_item("B 2/ü", 5)
        box = shop.add_item("C", 5, base_product_id="650", unit="box", unit_count=12)
        piece = shop.add_item("D", 5, base_product_id="650")
        outcomes = pushed(cartona_adapter(shop.url), levels_for([by_id, "sku:B 2/ü", "base:650"], 30))
        assert kinds(outcomes) == {Acknowledged}
        assert [shop.level(item) for item in (by_id, by_sku, box, piece)] == [30, 30, 2, 30]


def test_in_stock_follows_the_quantity():
    with supplier() as shop:
        items = shop.add_items(["A", "B"], 5)
        shop.items[items[1]].in_stock = False
        pushed(cartona_adapter(shop.url), [Level(1, items[0], "default", 0), Level(2, items[1], "default", 1)])
        assert [shop.items[item].in_stock for item in items] == [False, True]


def test_supplier_code_is_sent_with_every_row(monkeypatch):
    seen = []
    update = Supplier.update_products
    monkeypatch.setattr(
        Supplier, "update_products", lambda self, call: seen.append((call.json(), call.query)) or update(self, call)
    )
    with supplier() as shop:
        item = shop.add_item("A")
        for code in ("", "7"):
            pushed(cartona_adapter(shop.url, supplier_code=code), levels_for([item]))
    [[plain], query], [[coded], coded_query] = seen
    assert plain == {"supplier_product_id": item, "available_stock_quantity": 8, "in_stock": True}
    assert coded == {**plain, "supplier_code": "7"}
    assert (dict(query), dict(coded_query)) == ({}, {"internal_supplier_code": "7"})


def test_doubles_are_refused():
    with supplier() as shop:
        item = shop.add_item("A")
        outcomes = pushed(cartona_adapter(shop.url), levels_for([item, item]))
        assert [type(outcomes[n]) for n in (0, 1)] == [Acknowledged, Rejected]


def test_suspects_are_kept_apart():
    with supplier() as shop:
        items = shop.add_items(["A", "B"])
        levels = [*levels_for(items[:1]), Level(9, "999", "default", 1, suspect=True)]
        outcomes = pushed(cartona_adapter(shop.url), levels)
        assert [type(outcomes[key]) for key in (0, 9)] == [Acknowledged, Rejected]
        assert calls(shop) == (2, 0)


def test_10000_products_in_100_calls():
    """As Cartona's default batch has it, where its answers tell of each row."""
    with supplier() as shop:
        items = shop.add_items([f"N{n}" for n in range(10_000)])
        adapter = cartona_adapter(shop.url)
        assert kinds(pushed(adapter, levels_for(items))) == {Acknowledged}
        assert adapter.calls == 100


# === WHAT IS SAID OF EACH ROW === #


def test_refused_rows_do_not_stop_the_others():
    with supplier() as shop:
        items = shop.add_items([f"N{n}" for n in range(20)])
        outcomes = pushed(cartona_adapter(shop.url), levels_for([*items, "999"]))
        assert outcomes.pop(20).reason == "product not found"
        assert kinds(outcomes) == {Acknowledged}
        assert calls(shop) == (1, 0)


@pytest.mark.parametrize("settings", QUIET)
def test_refused_list_is_halved(settings):
    with supplier(**settings) as shop:
        items = shop.add_items([f"N{n}" for n in range(20)])
        outcomes = pushed(cartona_adapter(shop.url), levels_for([*items, "999"]))
        assert "product not found" in outcomes.pop(20).reason
        assert kinds(outcomes) == {Acknowledged}


def test_list_that_is_too_long_is_halved():
    with supplier(max_rows=30) as shop:
        items = shop.add_items([f"N{n}" for n in range(100)])
        assert kinds(pushed(cartona_adapter(shop.url), levels_for(items))) == {Acknowledged}
        assert {shop.level(item) for item in items} == {8}


# === READING BACK === #


@pytest.mark.parametrize("settings", QUIET)
@pytest.mark.parametrize(("verify", "reads"), [("never", 0), ("sample", push.SAMPLE), ("always", 5)])
def test_what_is_read_back(settings, verify, reads):
    with supplier(**settings) as shop:
        items = shop.add_items([f"N{n}" for n in range(5)])
        assert kinds(pushed(cartona_adapter(shop.url, verify=verify), levels_for(items))) == {Acknowledged}
        assert calls(shop) == (1, reads)


def test_sample_costs_a_fifth_more_calls():
    with supplier(answers="plain") as shop:
        items = shop.add_items([f"N{n}" for n in range(10_000)])
        assert kinds(pushed(cartona_adapter(shop.url), levels_for(items))) == {Acknowledged}
        assert calls(shop) == (100, 20)
        pushed(cartona_adapter(shop.url, batch_size=125), levels_for(items))
        assert sum(calls(shop)) - 120 == 96


def test_different_rows_get_their_turn(monkeypatch):
    asked = set()
    chosen = Supplier.list_products
    monkeypatch.setattr(
        Supplier,
        "list_products",
        lambda self, call: asked.add(call.query["supplier_product_id"]) or chosen(self, call),
    )
    with supplier(answers="plain") as shop:
        items = shop.add_items([f"N{n}" for n in range(10)])
        for seed in range(20):
            pushed(cartona_adapter(shop.url, seed=seed), levels_for(items))
    assert len(asked) > 5


def test_many_rows_are_read_back_from_pages():
    with supplier(answers="silent") as shop:
        items = shop.add_items([f"N{n}" for n in range(400)])
        chosen = [items[n] if n % 2 else f"sku:N{n}" for n in range(400)]
        outcomes = pushed(cartona_adapter(shop.url, verify="always", batch_size=1000), levels_for(chosen))
        assert kinds(outcomes) == {Acknowledged}
        # Four pages, and those asked for before it was known that the fourth is enough.
        assert calls(shop)[1] <= 4 + 8


def test_few_rows_of_a_long_catalogue_do_not_cost_all_its_pages():
    with supplier(answers="silent") as shop:
        items = shop.add_items([f"N{n}" for n in range(10_000)])
        outcomes = pushed(cartona_adapter(shop.url, verify="always", parallel=1), levels_for(items[-25:]))
        assert kinds(outcomes) == {Acknowledged}
        assert calls(shop)[1] <= 2 * 25 + 2


@pytest.mark.parametrize("verify", ["sample", "always"])
def test_number_that_does_not_arrive_is_no_acknowledgement(monkeypatch, verify):
    """Cartona says yes and does nothing: the one mistake that only reading back can notice."""
    corrupt(monkeypatch, lambda product, quantity: None)
    with supplier(answers="plain") as shop:
        items = shop.add_items([f"N{n}" for n in range(30)], 5, in_stock=True)
        outcomes = pushed(cartona_adapter(shop.url, verify=verify), levels_for(items))
        assert kinds(outcomes) == {Conflict}
        assert {outcome.actual for outcome in outcomes.values()} == {5}
        assert calls(shop)[0] == 2, "sent once more"


def test_number_that_arrives_the_second_time(monkeypatch):
    lost = ["N0", "N1", "N2"]
    corrupt(monkeypatch, lambda product, quantity: None if product.sku in lost else quantity)
    with supplier(answers="plain") as shop:
        items = shop.add_items([f"N{n}" for n in range(5)], 5)
        adapter = cartona_adapter(shop.url, verify="always")
        outcomes = {}
        for outcome in adapter.push(levels_for(items)):
            outcomes[outcome.key] = outcome
            lost.clear()
        assert kinds(outcomes) == {Acknowledged}
        assert {shop.level(item) for item in items} == {8}


def test_one_wrong_row_in_a_sample_makes_all_be_read_back(monkeypatch):
    corrupt(monkeypatch, lambda product, quantity: None if int(product.sku) % 2 else quantity)
    with supplier(answers="plain") as shop:
        items = shop.add_items([str(n) for n in range(300)], 5)
        # This seed chooses an odd one among its two.
        outcomes = pushed(cartona_adapter(shop.url, seed=1), levels_for(items))
    assert {type(outcomes[n]) for n in range(0, 300, 2)} == {Acknowledged}
    assert {type(outcomes[n]) for n in range(1, 300, 2)} == {Conflict}


def test_never_trusts_what_was_answered(monkeypatch):
    corrupt(monkeypatch, lambda product, quantity: None)
    with supplier(answers="plain") as shop:
        item = shop.add_item("A", 5)
        assert kinds(pushed(cartona_adapter(shop.url, verify="never"), levels_for([item]))) == {Acknowledged}
        assert shop.level(item) == 5


@pytest.mark.parametrize("applied", [False, True])
def test_empty_answer_makes_every_row_be_read_back(applied):
    with supplier(answers="plain") as shop:
        items = shop.add_items([f"N{n}" for n in range(10)], 5)
        shop.fault("empty", on="write", applied=applied)
        assert kinds(pushed(cartona_adapter(shop.url), levels_for(items))) == {Acknowledged}
        assert {shop.level(item) for item in items} == {8}
        assert calls(shop)[0] == (1 if applied else 2)


def test_empty_answer_amid_others_is_noticed_whatever_the_sample(monkeypatch):
    with supplier(answers="plain") as shop:
        items = shop.add_items([f"N{n}" for n in range(1000)], 5)
        shop.fault("empty", on="write")
        # Any sample would show that all is well.
        monkeypatch.setattr(push.Push, "_sample_is_right", lambda self, rows: True)
        assert kinds(pushed(cartona_adapter(shop.url), levels_for(items))) == {Acknowledged}
        assert {shop.level(item) for item in items} == {8}


def test_empty_answer_amid_others_is_written_again_once():
    with supplier() as shop:
        items = shop.add_items([f"N{n}" for n in range(300)], 5)
        adapter = cartona_adapter(shop.url, parallel=1)
        assert kinds(pushed(adapter, levels_for(items[:100]))) == {Acknowledged}
        shop.fault("empty", on="write")
        assert kinds(pushed(adapter, levels_for(items[100:]))) == {Acknowledged}
        assert {shop.level(item) for item in items} == {8}
        assert calls(shop) == (4, 0), "nothing is read back"
        shop.fault("empty", on="write", times=2, applied=True)
        assert kinds(pushed(adapter, levels_for(items[:100], 9))) == {Acknowledged}
        assert calls(shop)[0] == 6
        assert calls(shop)[1] > 0, "an answer that is empty again is not believed"


def test_rows_that_no_page_shows_are_not_asked_for_one_by_one():
    with supplier(answers="silent", bad_rows="ignore") as shop:
        items = shop.add_items(["A", "B"], 5)
        levels = levels_for([*items, *map(str, range(900, 950))])
        outcomes = pushed(cartona_adapter(shop.url, verify="always"), levels)
        assert [type(outcomes[n]) for n in range(52)] == [Acknowledged] * 2 + [Rejected] * 50
        assert calls(shop) == (1, 2)


def test_products_that_are_gone_or_not_counted(monkeypatch):
    corrupt(monkeypatch, lambda product, quantity: None)
    with supplier(answers="silent", bad_rows="ignore") as shop:
        item = shop.add_item("A", 5, is_unlimited_stock=True)
        outcomes = pushed(cartona_adapter(shop.url), levels_for([item, "999"]))
        assert [outcomes[n].reason for n in (0, 1)] == [reasons.UNLIMITED, reasons.UNKNOWN]


def test_in_stock_that_goes_on_being_wrong(monkeypatch):
    monkeypatch.setattr("sandbox.cartona.supplier.PLAIN", ("is_published",))
    row = Supplier.as_row
    monkeypatch.setattr(Supplier, "as_row", lambda self, product: {**row(self, product), "in_stock": False})
    with supplier(answers="silent") as shop:
        outcomes = pushed(cartona_adapter(shop.url), levels_for([shop.add_item("A", 5)]))
        assert outcomes[0].reason == push.SHOWN_SOLD_OUT


def test_base_products_are_read_back():
    with supplier(answers="silent") as shop:
        shop.add_item("C", 5, base_product_id="650", unit="box", unit_count=12)
        shop.add_item("D", 5, base_product_id="650")
        shop.add_item("E", 5, base_product_id="651", unit_count=5)
        outcomes = pushed(cartona_adapter(shop.url, verify="always"), levels_for(["base:650", "base:651"], 30))
        assert kinds(outcomes) == {Acknowledged}
        assert calls(shop) == (1, 2)
