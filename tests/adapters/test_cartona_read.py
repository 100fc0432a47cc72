# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reading Cartona's numbers: by pages or one by one, packs of several pieces, flags, what cannot be read."""

import pytest

from adapter_kit import answering, json_answer
from adapters.cartona.lookup import FEW
from adapters.cartona.reasons import NO_QUANTITY, UNKNOWN, UNLIMITED
from sandbox.cartona import Supplier
from test_cartona_kit import calls, cartona_adapter, levels_for, supplier


def shown_by(adapter, external_ids, **values):
    """Numbers, or why there are none, by key."""
    found = list(adapter.read(levels_for(external_ids, **values)))
    assert sorted(shown.key for shown in found) == list(range(len(external_ids)))
    return {shown.key: shown.quantity if shown.quantity is not None else shown.reason for shown in found}


@pytest.mark.parametrize(("count", "reads"), [(FEW, FEW), (1000, 10)])
def test_few_are_asked_for_and_many_read_in_pages(count, reads):
    with supplier() as shop:
        ids = shop.add_items([f"N{n}" for n in range(1000)], 5)[-count:]
        adapter = cartona_adapter(shop.url)
        assert set(shown_by(adapter, ids).values()) == {5}
        assert reads <= calls(shop)[1] == adapter.calls <= reads + 8
        assert (adapter.can_read, adapter.compares) == (True, False)


@pytest.mark.parametrize("padding", [0, FEW])
def test_reasons_and_flags(padding):
    with supplier() as shop:
        ids = [shop.add_item("A", 5), "404", shop.add_item("B", 5, is_unlimited_stock=True)]
        ids += [shop.add_item("C", 5, in_stock=False), "sku:A", shop.add_item("D", 0, in_stock=True)]
        shown = shown_by(cartona_adapter(shop.url), ids + shop.add_items([f"N{n}" for n in range(padding)], 5))
        assert [shown[n] for n in range(6)] == [5, UNKNOWN, UNLIMITED, 0, 5, 0]


def test_product_without_a_number():
    with answering(lambda *_: json_answer([{"id": 7, "available_stock_quantity": None}])) as server:
        assert shown_by(cartona_adapter(server.url), ["7"]) == {0: NO_QUANTITY}


@pytest.mark.parametrize(
    ("boxes", "pieces", "previous", "shown"),
    [
        (2, 25, 25, 25),  # 25 pieces are 2 boxes of 12 and a rest: nothing has changed
        (1, 13, 25, 12),  # a box was sold
        (2, 22, 25, 22),  # pieces were sold
        (2, 25, None, 24),  # what the number was is not known: the one that surely can be sold
    ],
)
def test_packs_of_a_base_product(boxes, pieces, previous, shown):
    with supplier() as shop:
        shop.add_item("BOX", boxes, base_product_id="650", unit="box", unit_count=12)
        shop.add_item("PIECE", pieces, base_product_id="650")
        assert shown_by(cartona_adapter(shop.url), ["base:650", "base:651"], previous=previous) == {
            0: shown,
            1: UNKNOWN,
        }


def test_product_that_cannot_be_read_hides_no_other():
    def answer(_method, path, _body):
        number = path.split("supplier_product_id=")[1].split("&")[0]
        return json_answer({"error": "no"}, 400) if number == "13" else json_answer([{"id": number, **COUNT}])

    with answering(answer) as server:
        shown = shown_by(cartona_adapter(server.url), ["12", "13", "14"])
    assert shown == {0: 3, 1: "Cartona refuses this: no", 2: 3}


COUNT = {"available_stock_quantity": "3"}


def test_what_slips_from_page_to_page_is_asked_for(monkeypatch):
    """A product is deleted while pages are read: the first of the next page is then on none."""

    def shifted(self, call):
        if "page" not in call.query or call.query.keys() - {"page", "per_page"}:
            return products(self, call)
        first = int(call.query["page"]) * 100 - 100
        return [self.as_row(product) for product in self.items.values()][first + (first > 0) :][:100]

    products = Supplier.list_products
    monkeypatch.setattr(Supplier, "list_products", shifted)
    with supplier() as shop:
        ids = shop.add_items([f"N{n}" for n in range(250)], 4)
        assert set(shown_by(cartona_adapter(shop.url), ids).values()) == {4}
