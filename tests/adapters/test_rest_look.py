# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop that tells all its numbers in pages, and also a single one: few are asked for one by one."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from adapter_kit import answering, json_answer
from adapters.base import Level
from adapters.rest import ProfileError, RestProfile
from adapters.rest.answers import UNKNOWN
from adapters.rest.read import FEW
from test_rest_kit import levels_of, preset, rest_adapter
from test_rest_read import LIST, ONE, PAGES, shown_by

LOOKS = {**PAGES, "look_path": "/one/{sku}"}
PLACES = {"locations": ("N", "S"), "location_field": "at", "read_location": "at"}
PER_PAGE = 10


def shop(count, **single):
    """Items S0, S1, ..., in pages of ten and one by one; `single` answers for one item, by SKU.

    :param count: items it has; of each so many pieces as its SKU says
    """
    rows = [{"sku": f"S{n}", "qty": n} for n in range(count)]

    def answer(method, path, _body):
        assert method == "GET"
        if path.startswith("/one/"):
            sku = unquote(path.removeprefix("/one/"))
            found = single.get(sku) or next((row for row in rows if row["sku"] == sku), None)
            return json_answer(found) if found else json_answer({"error": "no such item"}, 404)
        start = PER_PAGE * (int(parse_qs(urlsplit(path).query)["page"][0]) - 1)
        return json_answer({"data": rows[start : start + PER_PAGE]})

    return answering(answer)


def calls_of(server):
    """How many pages and how many single items were asked for."""
    paths = [path for _method, path, *_body in server.requests]
    single = sum(path.startswith("/one/") for path in paths)
    return len(paths) - single, single


@pytest.mark.parametrize(("wanted", "calls"), [(1, (0, 1)), (FEW, (0, FEW)), (FEW + 1, (3, 0)), (200, (20, 0))])
def test_few_are_asked_for_one_by_one_and_many_are_listed(wanted, calls):
    with shop(200) as server:
        shown = shown_by(rest_adapter(server.url, RestProfile(**LOOKS)), levels_of(*(f"S{n}" for n in range(wanted))))
        assert calls_of(server) == calls
    assert shown == {f"S{n}": n for n in range(wanted)}


def test_what_counts_is_what_is_asked_for():
    levels = [Level((n, again), f"S{n}", "default", 0, sku=f"S{n}") for n in range(FEW) for again in range(3)]
    with shop(200) as server:
        shown = shown_by(rest_adapter(server.url, RestProfile(**LOOKS)), levels)
        assert calls_of(server) == (0, FEW)
    assert shown == {level.key: level.key[0] for level in levels}


def test_no_more_pages_are_read_than_items_are_wanted():
    """Who wants 30 of 10,000 does not wait for all of them."""
    wanted = [*range(5), *range(9975, 10000)]
    with shop(10000) as server:
        shown = shown_by(rest_adapter(server.url, RestProfile(**LOOKS)), levels_of(*(f"S{n}" for n in wanted)))
        assert calls_of(server) == (30, 25)
    assert shown == {f"S{n}": n for n in wanted}


def test_unknown_items():
    with shop(30) as server:
        adapter = rest_adapter(server.url, RestProfile(**LOOKS))
        assert shown_by(adapter, levels_of("S3", "GONE")) == {"S3": 3, "GONE": UNKNOWN}
        assert calls_of(server) == (0, 2)
        shown = shown_by(adapter, levels_of(*(f"S{n}" for n in range(30)), "GONE"))
        assert calls_of(server) == (4, 3)
        assert (shown.pop("GONE"), shown) == (UNKNOWN, {f"S{n}": n for n in range(30)})
        shown = shown_by(adapter, levels_of(*(f"GONE{n}" for n in range(FEW + 1))))
        assert calls_of(server) == (8, 3), "that many have not slipped through"
    assert set(shown.values()) == {UNKNOWN}


def test_an_item_that_slipped_from_one_page_to_another_is_asked_for():
    with shop(30, SLIPPED={"sku": "SLIPPED", "qty": 99}) as server:
        shown = shown_by(
            rest_adapter(server.url, RestProfile(**LOOKS)), levels_of(*(f"S{n}" for n in range(30)), "SLIPPED")
        )
    assert shown["SLIPPED"] == 99


def test_what_the_path_cannot_name_is_found_in_the_list():
    settings = {**LOOKS, "read_ref": "sku", "lookup_path": "/p/{sku}", "lookup_items": "@", "lookup_id": "id"}
    with shop(200) as server:
        levels = [*levels_of("S2"), Level("no SKU", "S199", "default", 0)]
        shown = shown_by(rest_adapter(server.url, RestProfile(**settings)), levels)
        assert calls_of(server) == (20, 0)
    assert shown == {"S2": 2, "no SKU": 199}


@pytest.mark.parametrize(
    ("answer", "shown"),
    {
        "like-the-list": ({"data": [{"sku": "A", "qty": 3}]}, 3),
        "the-item-itself": ({"sku": "A", "qty": 3}, 3),
        "nothing-but-the-number": ({"qty": 3}, 3),
        "nameless-in-a-list": ({"data": [{"sku": None, "qty": 3}]}, 3),
        "another": ({"sku": "B", "qty": 3}, UNKNOWN),
        "what-is-merely-alike": ({"data": [{"sku": "A-2", "qty": 1}, {"sku": "A", "qty": 3}]}, 3),
        "several-nameless": ({"data": [{"qty": 1}, {"qty": 3}]}, UNKNOWN),
        "none": ({"data": []}, UNKNOWN),
    }.values(),
)
def test_what_one_answer_may_be(answer, shown):
    with shop(0, A=answer) as server:
        assert shown_by(rest_adapter(server.url, RestProfile(**LOOKS)), levels_of("A")) == {"A": shown}


def test_only_a_single_items_answer_may_leave_out_which_it_is():
    with answering(lambda *_: json_answer({"data": [{"qty": 3}]})) as server:
        assert shown_by(rest_adapter(server.url, RestProfile(**LIST)), levels_of("A")) == {"A": UNKNOWN}


def at_places(_method, path, _body):
    rows = {"N": {"sku": "A", "qty": 3, "at": "N"}, "S": {"sku": "A", "qty": 4, "at": "S"}}
    if path.startswith("/at/"):
        return json_answer({"qty": rows[path.removeprefix("/at/A/")]["qty"]})
    return json_answer({"data": list(rows.values())} if path.startswith("/one/") else {})


@pytest.mark.parametrize(("path", "calls"), [("/one/{sku}", 1), ("/at/{sku}/{location}", 2)])
def test_an_item_at_several_locations(path, calls):
    levels = [Level(place, "A", place, 0, sku="A") for place in ("N", "S")]
    with answering(at_places) as server:
        shown = shown_by(rest_adapter(server.url, RestProfile(**{**LOOKS, **PLACES, "look_path": path})), levels)
        assert len(server.requests) == calls
    assert shown == {"N": 3, "S": 4}


def test_a_number_at_no_matter_which_location_is_none():
    levels = [Level(place, "A", place, 0, sku="A") for place in ("N", "S")]
    with shop(0, A={"sku": "A", "qty": 3}) as server:
        shown = shown_by(rest_adapter(server.url, RestProfile(**{**LOOKS, **PLACES})), levels)
    assert shown == {"N": UNKNOWN, "S": UNKNOWN}


def test_an_item_that_is_refused_hides_no_other():
    def answer(_method, path, _body):
        return json_answer({"error": "no"}, 400) if "EVIL" in path else json_answer({"qty": 4})

    with answering(answer) as server:
        shown = shown_by(rest_adapter(server.url, RestProfile(**LOOKS)), levels_of("A", "EVIL-1", "EVIL-2", "B"))
    assert shown == {"A": 4, "B": 4, "EVIL-1": "The shop refuses this: no", "EVIL-2": "The shop refuses this: no"}


@pytest.mark.parametrize(("settings", "cheap"), [(ONE, True), (LIST, False), (PAGES, False), (LOOKS, True)])
def test_who_looks_cheaply(settings, cheap):
    assert rest_adapter("http://127.0.0.1:9", RestProfile(**settings)).looks_cheaply is cheap


@pytest.mark.parametrize("name", ["odd", "cartona"])
def test_presets_look_cheaply(name):
    assert rest_adapter("http://127.0.0.1:9", preset(name)).looks_cheaply


WRONG = {
    "nothing-to-read": ({"look_path": "/one/{sku}"}, "read_path", "where the shop's quantities are read"),
    "no-item": ({**LOOKS, "look_path": "/one/{location}"}, "look_path", "needs {sku} or {id} in it"),
    "pages": ({**LOOKS, "look_path": "/one/{sku}?p={page}"}, "look_path", "Only {sku}, {id}, {location} can"),
    "no-slash": ({**LOOKS, "look_path": "one/{sku}"}, "look_path", "begins with one slash"),
    "one-already": ({**ONE, "look_path": "/one/{sku}"}, "look_path", "one at a time already"),
    "locations": (
        {
            **LOOKS,
            "read_path": "/all/{location}?page={page}",
            **PLACES,
            "read_location": "",
        },
        "look_path",
        "put {location} in this path",
    ),
}


@pytest.mark.parametrize(("settings", "field", "reason"), WRONG.values(), ids=WRONG)
def test_settings_that_cannot_work(settings, field, reason):
    with pytest.raises(ProfileError, match=re.escape(reason)) as raised:
        RestProfile(**settings)
    assert raised.value.field == field
