# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reading the numbers of a shop as its profile has it: an item a call, a list, pages; ids and SKUs, locations."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from adapter_kit import answering, json_answer, outcomes_until
from adapters.base import Level, Refused, Unavailable
from adapters.reading import NO_NUMBER
from adapters.rest import ProfileError, RestProfile
from adapters.rest.answers import UNKNOWN
from adapters.rest.message import NO_SKU
from sandbox.cartona import Supplier
from sandbox.odd import OddShop, serve
from test_rest_kit import BASIC, levels_of, preset, rest_adapter

ONE = {"read_path": "/stock/{sku}", "read_quantity": "stock.free"}
LIST = {"read_path": "/stock", "read_items": "data", "read_ref": "sku", "read_quantity": "qty"}
PAGES = {**LIST, "read_path": "/stock?page={page}"}


def profile(**settings):
    return RestProfile(**settings)


def shown_by(adapter, levels):
    """Numbers, or why there are none, by key."""
    found = list(adapter.read(levels))
    assert sorted(str(shown.key) for shown in found) == sorted(str(level.key) for level in levels)
    return {shown.key: shown.quantity if shown.quantity is not None else shown.reason for shown in found}


def test_without_a_path_the_shop_cannot_be_asked():
    adapter = rest_adapter("http://127.0.0.1:9")
    assert (adapter.can_read, adapter.compares) == (False, False)
    with pytest.raises(Refused, match="cannot be asked"):
        adapter.read(levels_of("A"))
    assert rest_adapter("http://127.0.0.1:9", profile(**ONE)).can_read


def test_one_item_a_call():
    def answer(method, path, _body):
        assert method == "GET"
        sku = path.removeprefix("/stock/")
        stock = {
            "A": {"stock": {"free": "7.000"}},
            "a%2Fb%3F": {"stock": {"free": 3}},
            "ODD": {"stock": {"free": "some"}},
        }
        return json_answer(stock[sku]) if sku in stock else json_answer({"error": "no such item"}, 404)

    with answering(answer) as server:
        levels = [*levels_of("A", "a/b?", "GONE", "ODD", ".."), Level("no SKU", "17", "default", 8)]
        shown = shown_by(
            rest_adapter(server.url, profile(**ONE, lookup_path="/p/{sku}", lookup_items="@", lookup_id="id")), levels
        )
    assert shown.pop("..").startswith("“..” can't stand")
    assert shown == {"A": 7, "a/b?": 3, "GONE": UNKNOWN, "ODD": NO_NUMBER, "no SKU": NO_SKU}


def test_an_item_that_is_refused_hides_no_other():
    def answer(_method, path, _body):
        return json_answer({"error": "no"}, 400) if "EVIL" in path else json_answer({"stock": {"free": 4}})

    with answering(answer) as server:
        shown = shown_by(rest_adapter(server.url, profile(**ONE)), levels_of("A", "EVIL-1", "EVIL-2", "B"))
    assert shown == {"A": 4, "B": 4, "EVIL-1": "The shop refuses this: no", "EVIL-2": "The shop refuses this: no"}


def listing(rows):
    return lambda *_: json_answer({"data": rows})


def test_a_list_of_all_items():
    rows = [{"sku": "A", "qty": 3}, {"sku": "X", "qty": 9}, {"sku": "B", "qty": -1}, {"sku": "A", "qty": 4}, {"qty": 5}]
    with answering(listing(rows)) as server:
        shown = shown_by(rest_adapter(server.url, profile(**LIST)), levels_of("A", "B", "C"))
        assert len(server.requests) == 1
    assert shown == {"A": 3, "B": -1, "C": UNKNOWN}


@pytest.mark.parametrize("ref", ["id", "sku"])
def test_one_items_id_may_be_anothers_sku(ref):
    rows = [{"sku": "100", "id": 55, "qty": 1}, {"sku": "200", "id": "100", "qty": 2}, {"sku": "X", "id": 9, "qty": 3}]
    levels = [Level("one", "55", "default", 0, sku="100"), Level("two", "100", "default", 0, sku="200")]
    levels.append(Level("three", "9", "default", 0, sku="X"))
    with answering(listing(rows)) as server:
        shown = shown_by(rest_adapter(server.url, profile(**{**LIST, "read_ref": ref})), levels)
    assert shown == {"one": 1, "two": 2, "three": 3}


def test_locations_in_an_item_or_in_the_path():
    rows = [{"sku": "A", "qty": 3, "at": "N"}, {"sku": "A", "qty": 4, "at": "S"}]
    levels = [Level(place, "A", place, 0, sku="A") for place in ("N", "S", "W")]
    places = {"locations": ("N", "S", "W"), "location_field": "at"}
    with answering(listing(rows)) as server:
        shown = shown_by(rest_adapter(server.url, profile(**LIST, **places, read_location="at")), levels)
        assert len(server.requests) == 1
    assert shown == {"N": 3, "S": 4, "W": UNKNOWN}

    def answer(_method, path, _body):
        return json_answer({"data": [row for row in rows if path.endswith(row["at"])]})

    by_path = {**LIST, "read_path": "/stock/{location}"}
    with answering(answer) as server:
        assert shown_by(rest_adapter(server.url, profile(**by_path, **places)), levels) == shown
        assert len(server.requests) == 3


def paged(rows, per_page, beyond):
    """A listing whose pages behind the last are as `beyond` has them: `empty`, `404`, or the last one again."""

    def answer(_method, path, _body):
        number = int(parse_qs(urlsplit(path).query)["page"][0])
        start = (number - 1) * per_page
        if start >= len(rows):
            if beyond == "404":
                return json_answer({"error": "no such page"}, 404)
            start = len(rows) - per_page if beyond == "again" else start
        return json_answer({"data": rows[start : start + per_page]})

    return answer


@pytest.mark.parametrize("beyond", ["empty", "404", "again"])
@pytest.mark.parametrize(("wanted", "calls"), [(["S0", "S9"], 1), (["S25"], 3), (["S3", "GONE"], 4)])
def test_pages_until_all_are_found_or_nothing_new_comes(beyond, wanted, calls):
    rows = [{"sku": f"S{n}", "qty": n} for n in range(30)]
    with answering(paged(rows, 10, beyond)) as server:
        shown = shown_by(rest_adapter(server.url, profile(**PAGES)), levels_of(*wanted))
        assert len(server.requests) == calls
    assert shown == {sku: UNKNOWN if sku == "GONE" else int(sku[1:]) for sku in wanted}


def test_a_page_that_fails_is_no_sign_that_the_rest_is_gone():
    rows = [{"sku": f"S{n}", "qty": n} for n in range(30)]

    def answer(method, path, body):
        return json_answer({}, 500) if "page=2" in path else paged(rows, 10, "empty")(method, path, body)

    with answering(answer) as server:
        seen, _error = outcomes_until(
            rest_adapter(server.url, profile(**PAGES)).read(levels_of("S1", "S11", "S21")), Unavailable
        )
    assert [(shown.key, shown.quantity) for shown in seen] == [("S1", 1)]


def test_an_address_that_is_none():
    with answering(lambda *_: json_answer({}, 404)) as server, pytest.raises(Refused, match="HTTP 404"):
        list(rest_adapter(server.url, profile(**PAGES)).read(levels_of("A")))


def test_success_that_says_fail():
    settings = {**ONE, "failure": "status == 'FAIL'", "message": "why"}
    with answering(lambda *_: json_answer({"status": "FAIL", "why": "tok_sandbox is tired"})) as server:
        shown = shown_by(rest_adapter(server.url, profile(**settings)), levels_of("A"))
    assert shown == {"A": "The shop refuses this: ••• is tired"}


def test_an_expression_that_does_not_fit():
    settings = {**LIST, "read_items": "length(data)"}
    with answering(listing(5)) as server:
        outcomes_until(rest_adapter(server.url, profile(**settings)).read(levels_of("A")), Unavailable)


def test_presets_read_their_shops():
    odd, cartona = OddShop(), Supplier()
    for shop, settings, credentials in (
        (odd, preset("odd"), BASIC),
        (cartona, preset("cartona"), {"access_token": "cartona_sandbox"}),
    ):
        skus = [f"S{n}" for n in range(250)]
        shop.add_items(skus, 5)
        shop.order("S240", 2)
        place = "HAUPT" if shop is odd else "default"
        with serve(shop) as server:
            adapter = rest_adapter(server.url, settings, credentials)
            shown = shown_by(adapter, levels_of(*skus, "GONE", location=place))
            assert adapter.calls == 5, "four pages, and the item they lack"
            assert shown_by(adapter, levels_of("S240", "GONE", location=place)) == {"S240": 3, "GONE": UNKNOWN}
            assert adapter.calls == 7
        assert (shown.pop("GONE"), shown.pop("S240"), set(shown.values())) == (UNKNOWN, 3, {5})
    assert not (preset("list").read_path or preset("single").read_path)


WRONG = {
    "nothing-to-read": ({**LIST, "read_path": ""}, "read_path", "where the shop's quantities are read"),
    "no-quantity": ({**ONE, "read_quantity": ""}, "read_quantity", "where an item that is read has its quantity"),
    "no-ref": ({**LIST, "read_ref": ""}, "read_ref", "where each has its SKU or its id"),
    "pages-of-one": ({**ONE, "read_path": "/stock/{sku}?p={page}"}, "read_path", "which has no pages"),
    "placeholder": ({**ONE, "read_path": "/stock/{name}"}, "read_path", "Only {sku}, {id}, {location}, {page} can"),
    "no-slash": ({**ONE, "read_path": "stock/{sku}"}, "read_path", "begins with one slash"),
    "locations": (
        {**LIST, "locations": ("N", "S"), "location_field": "at"},
        "read_location",
        "say where an item names",
    ),
    "expression": ({**LIST, "read_items": "data."}, "read_items", "not a JMESPath"),
}


@pytest.mark.parametrize(("settings", "field", "reason"), WRONG.values(), ids=WRONG)
def test_settings_that_cannot_work(settings, field, reason):
    with pytest.raises(ProfileError, match=re.escape(reason)) as raised:
        profile(**settings)
    assert raised.value.field == field
