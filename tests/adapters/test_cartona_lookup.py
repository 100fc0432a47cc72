# SPDX-License-Identifier: LGPL-3.0-or-later
"""Finding Cartona's products, the connection test, and who may call."""

import pytest

from adapter_kit import answering, json_answer
from adapters.base import Refused, RemoteItem, RemoteLocation, ShopInfo, Unauthorized, Unavailable
from adapters.cartona.lookup import FEW, KEPT
from sandbox.cartona import Supplier
from test_cartona_kit import calls, cartona_adapter, supplier

ODD = ["A B", "a/b-1", 'quote"d', "back\\slash", "a&b=c#d?e", "100%", "🧦-red", "قميص-١", "x" * 255, "sku:1", "base:2"]


def item(external_id, sku, tracked=True):
    return RemoteItem(external_id, sku, tracked, external_id)


@pytest.fixture(params=[False, True], ids=["one by one", "in pages"])
def padding(request):
    """SKUs that are found nowhere, enough of them to be looked for in pages."""
    return [f"none-{n}" for n in range(FEW)] if request.param else []


def test_skus_are_compared_to_the_letter(padding):
    with supplier() as shop:
        wanted = {item(shop.add_item(sku), sku) for sku in ODD}
        shop.add_items(["a b", "A B ", "A/B-1", "x" * 254])
        shop.add_item("")
        assert set(cartona_adapter(shop.url).find([*ODD, *padding, "", " "])) == wanted


def test_ids_are_found_whatever_the_sku(padding):
    with supplier() as shop:
        first, second = shop.add_items(["A", "B"])
        shop.add_items(["C", "D"], base_product_id="650")
        item_ids = {first: "other", "999": "gone", "base:650": "BASE", "base:999": "", "": "empty"}
        assert list(cartona_adapter(shop.url).find(["A", *padding], item_ids)) == [
            RemoteItem("base:650", "BASE", True, "base:650"),
            item(first, "A"),
        ]
        assert second


@pytest.mark.parametrize("name", ["supplier_product_id", "id", "suppler_prodcut_id"])
def test_ids_under_any_of_their_names(name):
    with supplier(id_key=name) as shop:
        shop.add_item("A", is_unlimited_stock=True)
        (found,) = cartona_adapter(shop.url).find(["A"])
        assert found == item(next(iter(shop.items)), "A", tracked=False)


def test_product_without_an_id_is_named_by_its_sku():
    with answering(lambda *_: json_answer([{"internal_product_id": "A"}])) as server:
        assert list(cartona_adapter(server.url).find(["A"])) == [RemoteItem("sku:A", "A")]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1234])
def test_all_pages_are_read(count):
    with supplier() as shop:
        skus = [f"N{n}" for n in range(count)]
        shop.add_items(skus)
        found = list(cartona_adapter(shop.url).find([*skus, *(f"none-{n}" for n in range(FEW + 1))]))
        assert sorted(found_item.sku for found_item in found) == sorted(skus)
        assert calls(shop)[1] <= count // 100 + 2 + 8


def test_pages_shorter_than_asked_for(monkeypatch):
    monkeypatch.setattr(
        Supplier,
        "list_products",
        lambda self, call: [self.as_row(p) for p in self.chosen(call.query)][int(call.query["page"]) * 7 - 7 :][:7],
    )
    with supplier() as shop:
        skus = [f"N{n}" for n in range(50)]
        shop.add_items(skus)
        assert len(list(cartona_adapter(shop.url).find(skus))) == 50


def test_pages_that_are_not_counted(monkeypatch):
    """A supplier whose listing ignores `page` gives the same products for ever."""
    monkeypatch.setattr(
        Supplier, "list_products", lambda self, call: [self.as_row(product) for product in self.items.values()]
    )
    with supplier() as shop:
        skus = [f"N{n}" for n in range(150)]
        shop.add_items(skus)
        assert len(list(cartona_adapter(shop.url).find(skus))) == 150
        assert calls(shop)[1] < 20


def test_pages_are_read_once_for_many_finds():
    now = [1_800_000_000.0]
    with supplier() as shop:
        skus = [f"N{n}" for n in range(300)]
        shop.add_items(skus)
        adapter = cartona_adapter(shop.url)
        adapter._lookup._clock = lambda: now[0]
        assert len(list(adapter.find(skus[:150]))) == 150
        read = calls(shop)[1]
        assert len(list(adapter.find(skus[150:]))) == 150
        assert calls(shop)[1] == read
        shop.add_item("NEW")
        now[0] += KEPT
        assert len(list(adapter.find([*skus, "NEW"]))) == 301


def test_sku_that_cannot_be_searched_does_not_hide_the_others(caplog):
    def answer(_method, path, _body):
        sku = path.split("internal_product_id=")[1].split("&")[0]
        if sku == "evil":
            return json_answer({"error": "no"}, 400)
        return json_answer([{"id": 7, "internal_product_id": sku}])

    with answering(answer) as server:
        assert [found.sku for found in cartona_adapter(server.url).find(["A", "evil"])] == ["A"]
    assert "evil" in caplog.text


def test_connection_and_location():
    with supplier() as shop:
        adapter = cartona_adapter(shop.url)
        assert adapter.test() == ShopInfo("Cartona")
        assert adapter.locations() == [RemoteLocation("default", "Cartona")]
        assert calls(shop) == (0, 1)
        for token in ("wrong", ""):
            with pytest.raises(Unauthorized):
                cartona_adapter(shop.url, token=token).test()


@pytest.mark.parametrize("body", [{"products": []}, ["A"], None])
def test_listing_that_is_none(body):
    with answering(lambda *_: json_answer(body)) as server, pytest.raises(Unavailable, match="not understood"):
        cartona_adapter(server.url).test()


def test_address_that_is_none():
    answer = json_answer({"error": "cartona_sandbox?"}, 404)
    with answering(lambda *_: answer) as server, pytest.raises(Refused, match=r"/api/v1/supplier-product: •••\?"):
        cartona_adapter(server.url).test()


def shifted(self, call):
    """Pages that share a product, of which a piece is sold meanwhile."""
    for product in self.items.values():
        product.quantities[self.LOCATION] -= 1
    return [self.as_row(product) for product in self.items.values()][int(call.query["page"]) * 99 - 99 :][:100]


def test_product_on_two_pages_counts_once(monkeypatch):
    monkeypatch.setattr(Supplier, "list_products", shifted)
    with supplier() as shop:
        skus = [f"N{n}" for n in range(250)]
        shop.add_items(skus, 99)
        assert sorted(found.sku for found in cartona_adapter(shop.url).find(skus)) == sorted(skus)


def test_product_found_by_id_and_by_sku_counts_once(padding):
    with supplier() as shop:
        external_id = shop.add_item("A")
        assert list(cartona_adapter(shop.url).find(["A", *padding], {external_id: "A"})) == [item(external_id, "A")]


def test_query_that_is_ignored():
    rows = [{"id": 7, "internal_product_id": "A"}, {"id": 8, "internal_product_id": "B"}]
    with answering(lambda *_: json_answer(rows)) as server:
        assert list(cartona_adapter(server.url).find(["B"])) == [item("8", "B")]
