# SPDX-License-Identifier: LGPL-3.0-or-later
"""The judge of the chaos, by planted breaches: each check is red on its own, and silent when all is well."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.chaos import collisions
from dev.chaos.breach import LOST, MARKING, SECRET, UNEXPLAINED
from dev.chaos.leaks import leaks
from dev.chaos.numbers import wrong
from dev.chaos.shelves import Listed, Shelf, listed
from dev.chaos.snapshots import Accepted, Sending, Snapshot
from dev.chaos.standing import CHANGES_BEFORE_WAITING, Standing, excused, unsettled
from dev.chaos.story import Event, of_sendings, of_tries, of_writes, told

NOW = datetime(2026, 11, 21, 12, 0)  # noqa: DTZ001  (Odoo's are naive)
KEY, OTHER = (12, 4), (13, 4)


def checks(findings):
    return [(one.check, one.listing_id) for one in findings]


# === LOST: NUMBERS === #

WITNESSES = {"addon": {KEY: 7, OTHER: 0}, "fields": {KEY: 7, OTHER: 0}, "rows": {KEY: 7}}


def test_numbers_all_agree_on():
    assert wrong({KEY: {7}, OTHER: {0}}, WITNESSES, {}) == []


@pytest.mark.parametrize("shown", [{KEY: {8}, OTHER: {0}}, {OTHER: {0}}, {KEY: {7, 8}, OTHER: {0}}])
def test_a_shop_that_shows_another_number_or_none_or_two(shown):
    assert checks(wrong(shown, WITNESSES, {})) == [(LOST, 12)]


@pytest.mark.parametrize("who", ["addon", "fields", "rows"])
def test_one_witness_is_enough(who):
    """Also where the shop shows what the addon says: its own reading is not its own witness."""
    differing = {**WITNESSES, who: {**WITNESSES[who], KEY: 6}}
    shown = {KEY: {6 if who == "addon" else 7}, OTHER: {0}}
    assert checks(wrong(shown, differing, {12: "A"})) == [(LOST, 12)]


def test_what_failed_visibly_is_another_matter():
    assert wrong({KEY: {8}, OTHER: {0}}, WITNESSES, {}, excused={12}) == []


# === LOST, UNEXPLAINED: LISTINGS === #

WELL = Standing(12, "A", "linked")
FAILED = Standing(12, "A", "error", error="no such SKU", error_at=NOW, logged=1)
DEFERRED = Standing(12, "A", "linked", marks=("move",), deferred_until=NOW + timedelta(hours=3),
                    deferred_reason="changed too often")  # fmt: skip
OFTEN = {12: CHANGES_BEFORE_WAITING}


@pytest.mark.parametrize("standing", [WELL, FAILED, DEFERRED])
def test_listings_that_are_well_or_say_why_not(standing):
    assert unsettled([standing], OFTEN, NOW) == []


@pytest.mark.parametrize(
    ("standing", "check"),
    [
        (replace(WELL, marks=("move",)), LOST),
        (replace(WELL, state="pending"), LOST),
        (replace(WELL, state="conflict"), LOST),
        (replace(FAILED, marks=("retry",)), LOST),
        (replace(DEFERRED, deferred_until=NOW - timedelta(seconds=1)), LOST),
        (replace(FAILED, error=""), UNEXPLAINED),
        (replace(FAILED, error_at=None), UNEXPLAINED),
        (replace(FAILED, logged=0), UNEXPLAINED),
        (replace(DEFERRED, deferred_reason=""), UNEXPLAINED),
    ],
)
def test_listings_that_are_stuck_or_silent(standing, check):
    assert checks(unsettled([standing], OFTEN, NOW)) == [(check, 12)]


def test_waiting_for_tomorrow_without_having_changed_today():
    assert checks(unsettled([DEFERRED], {12: CHANGES_BEFORE_WAITING - 1}, NOW)) == [(UNEXPLAINED, 12)]


def test_who_is_excused_from_showing_the_right_number():
    others = [replace(WELL, listing_id=1), replace(FAILED, listing_id=2), replace(DEFERRED, listing_id=3)]
    assert excused([*others, replace(DEFERRED, listing_id=4, deferred_until=NOW)], NOW) == {2, 3}


# === MARKING === #

SERIALIZATION = "SerializationFailure: could not serialize access due to concurrent update"


def tried(outcome="ok", statement="", error="", at=0.0):
    return {"at": at, "what": "deliver", "products": [1], "outcome": outcome, "statement": statement, "error": error}


@pytest.mark.parametrize(
    "row",
    [
        tried(),
        tried("serialization", 'UPDATE "stock_quant" SET "quantity" = 3 WHERE id IN (1)', SERIALIZATION),
        tried("connection", "INSERT INTO stock_availability_dirty (product_id) VALUES (1)", "AdminShutdown"),
        tried("refused", "SELECT 1 FROM marketplace_config", "UserError: not enough in stock"),
        tried("failed", "SELECT id, marketplace_as_one FROM product_template", "TypeError: a bug of somebody else's"),
    ],
)
def test_what_marking_has_nothing_to_do_with(row):
    assert collisions.caused_by_marking([row]) == []


@pytest.mark.parametrize(
    "row",
    [
        tried("serialization", "\n   INSERT INTO stock_availability_dirty (product_id) SELECT 1", SERIALIZATION),
        tried("serialization", 'UPDATE "marketplace_listing" SET state = 1', SERIALIZATION),
        tried("failed", "SELECT 1 FROM ONLY marketplace_rule", "ProgrammingError: whatever"),
        tried("failed", "", 'UndefinedTable: relation "marketplace_attempt" does not exist'),
        tried("refused", "", "AccessError: marketplace.listing may not be read"),
    ],
)
def test_what_failed_because_of_marking(row):
    assert checks(collisions.caused_by_marking([tried(), row])) == [(MARKING, None)]


def bursts(share, seed, blocks=24, tries=40):
    """Diaries whose collisions come in bursts: in one block in three, twice as many as on the average."""
    chance, rows = Random(seed), []
    for block in range(blocks):
        high = share * (2 if block % 3 == 0 else 0.5)
        rows += [tried("serialization" if chance.random() < high else "ok",
                       at=block * collisions.BLOCK_SECONDS) for _ in range(tries)]  # fmt: skip
    return rows


def test_as_many_collisions_with_as_without():
    """Also where chance gave us more of them, in bursts: nineteen pairs of diaries, and not one alarm."""
    for seed in range(19):
        assert collisions.more_collisions(bursts(0.1, seed), bursts(0.1, 1000 + seed)) == []


@pytest.mark.parametrize("blocks", [12, 24])
def test_more_collisions_with_than_without(blocks):
    ours, theirs = bursts(0.2, 1), bursts(0.02, 2, blocks)
    assert checks(collisions.more_collisions(ours, theirs)) == [(MARKING, None)]
    assert collisions.more_collisions(theirs, ours) == [], "fewer are no harm"


def test_what_the_chaos_itself_adds_is_not_put_down_to_marking():
    ours, theirs = bursts(0.18, 1, blocks=60), bursts(0.1, 2, blocks=60)
    assert collisions.share(ours).percent > 1.5 * collisions.share(theirs).percent
    assert collisions.more_collisions(ours, theirs) == []


def test_a_little_more_than_the_margin_may_be_chance():
    ours, theirs = bursts(0.2, 3, blocks=6), bursts(0.06, 4, blocks=6)
    assert collisions.share(ours).percent > collisions.MARGIN * collisions.share(theirs).percent
    assert collisions.more_collisions(ours, theirs) == []


def test_the_share_leaves_out_what_postgresql_was_away_for():
    share = collisions.share([tried(), tried("refused"), tried("serialization"), tried("connection")])
    assert (share.tries, share.failed) == (3, 1)
    assert str(share) == "1 of 3 tries (33.33 %)"
    assert collisions.more_collisions([], []) == []


# === SECRET === #

SECRET_TEXT = "s3cr3t/with+signs&more?"


def leaking(tmp_path, text, secrets=(SECRET_TEXT,)):
    log = tmp_path / "server.log"
    log.write_text("a line\n" + text + "\nanother\n")
    return leaks([log, tmp_path / "never-written.log"], secrets)


def test_no_secret(tmp_path):
    assert leaking(tmp_path, "Authorization: ••• s3cr3t") == []
    assert leaking(tmp_path, "the id of it", secrets=["id"]) == [], "no secret is so short"


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET_TEXT,
        quote(SECRET_TEXT, safe=""),
        quote(SECRET_TEXT, safe="").lower(),
        b64encode(SECRET_TEXT.encode()).decode(),
        urlsafe_b64encode(f"client:{SECRET_TEXT}".encode()).decode(),
    ],
)
def test_a_secret_however_it_is_spelled(tmp_path, spelling):
    [finding] = leaking(tmp_path, f"sent {spelling} to the shop")
    assert finding.check == SECRET
    assert "line 2" in finding.about
    assert SECRET_TEXT not in finding.about


@given(st.binary(min_size=0, max_size=9), st.binary(min_size=0, max_size=9), st.sampled_from(["pass word", "tökenÜ1"]))
def test_a_secret_inside_of_base64(tmp_path_factory, before, after, secret):
    code = b64encode(before + secret.encode() + after).decode()
    assert leaking(tmp_path_factory.mktemp("log"), f"Basic {code}", [secret])


def test_a_secret_across_two_pieces_of_a_large_log(tmp_path, monkeypatch):
    monkeypatch.setattr("dev.chaos.leaks.CHUNK", 16)
    [finding] = leaking(tmp_path, "\n" * 20 + "x" * 11 + SECRET_TEXT)
    assert "line 22" in finding.about


# === THE SHOPS' RECORDS === #


@pytest.mark.parametrize(
    ("sandbox", "external_id", "row"),
    [
        ("shopify", "gid://shopify/InventoryItem/1", {"item": "gid://shopify/InventoryItem/1", "sku": "A"}),
        ("ebay", "offer:91,92:A", {"item": "A", "sku": "A"}),
        ("ebay", "sku:A", {"item": "A", "sku": "A"}),
        ("ebay", "item:110:A-RED", {"item": "110", "sku": "A-RED"}),
        ("ebay", "item:110", {"item": "110", "sku": "A"}),
        ("cartona", "10000000001", {"item": "10000000001", "sku": "A"}),
        ("odd", "A", {"item": "A", "sku": "A"}),
    ],
)
def test_what_a_record_is_about(sandbox, external_id, row):
    shelf = Shelf(sandbox, 3, [listed(sandbox, 12, external_id, "A")], {"default": 4})
    assert shelf.key({**row, "location": "main"}) == KEY
    assert shelf.key({"item": "another", "sku": "another", "location": "main"}) is None


def test_several_places():
    shelf = Shelf("shopify", 3, [Listed(12, "A")], {"east": 4, "west": 5})
    write = {"item": "A", "sku": "A", "location": "west", "to": 7, "received_at": 1.0, "applied_at": 2.0,
             "request_id": "r"}  # fmt: skip
    assert shelf.accepted([write, {**write, "location": "nowhere"}]) == {(12, 5): [Accepted(7, 1.0, 2.0, "r")]}


class FakeShop:
    def __init__(self, levels, offers=()):
        self._answers = {"levels": {"levels": levels}, "offers": {"offers": offers}}

    def get(self, what):
        return self._answers[what]


def test_ebay_shows_its_buyers_the_offer_s_number():
    shelf = Shelf("ebay", 3, [Listed(12, "A")], {"default": 4})
    level = {"item": "A", "sku": "A", "location": "main", "quantity": 7}
    offer = {"sku": "A", "status": "PUBLISHED", "available": 5, "buyers_see": 5}
    assert shelf.shown(FakeShop([level], [offer])) == {KEY: {5, 7}}
    assert shelf.shown(FakeShop([level], [{**offer, "status": "UNPUBLISHED"}])) == {KEY: {7}}


# === THE STORY === #


def test_a_story_is_told_in_the_order_of_time():
    events = [
        *of_writes([KEY], {KEY: [Accepted(7, 1000.0, 1000.5, "r1")]}),
        *of_sendings(12, [Sending(999.0, 3, Snapshot(10), {KEY: 7, OTHER: 1}, "server1.log")]),
        *of_tries([5], [{**tried(at=998.0), "products": [5, 6]}, {**tried(at=997.0), "products": [6]},
                       {**tried("connection", at=996.0), "products": [5]}]),  # fmt: skip
    ]
    lines = told("A", events).splitlines()
    assert [line.split()[1] for line in lines[1:]] == ["writer", "server1.log", "shop"]
    assert "00:16:40.500" in lines[-1]
    assert "took 7" in lines[-1]
    assert "snapshot 10:10:" in lines[-2]


def test_a_long_story_ends_with_what_happened_last():
    text = told("A", [Event(float(at), "shop", f"number {at}") for at in range(10)], last=3)
    assert "(7 events before that)" in text
    assert text.endswith("number 9")
    assert "number 6" not in text
