# SPDX-License-Identifier: LGPL-3.0-or-later
"""REST shops nobody has thought of: random profiles that pass their own checks, and random answers to their calls."""

import json
import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.base import Acknowledged, AdapterError, Connection, Level
from adapters.ebay import oauth
from adapters.rest import RestAdapter, RestProfile
from adapters.rest.errors import ProfileError
from adapters.rest.profile import EXPRESSIONS as EXPRESSION_SETTINGS
from conformance.ebay import EbayInventory
from fuzz_kit import Good, Recording, Script, outcomes_of
from fuzz_spoil import BODIES, HEADERS, STATUSES, VALUES, spoils
from wire_kit import Time

EXAMPLES = os.environ.get("MARKETPLACE_SYNC_EXAMPLES")
settings = settings(
    max_examples=int(EXAMPLES or 150), derandomize=not EXAMPLES, database=None, deadline=None,
    print_blob=bool(EXAMPLES), suppress_health_check=list(HealthCheck))

LEVELS = tuple(Level(n, f"id-{n}", place, 8, 5, sku=f"SKU-{n}") for n, place in enumerate(("A", "A", "B")))
SECRETS = {"access_token": "tok_secret", "username": "user", "password": "word_secret"}
NAMES = ("sku", "id", "ok", "error", "lines", "place", "stock")
EXPRESSIONS = (
    *("", "@", *NAMES, "lines[*]", "lines[0].sku", "*.sku", "keys(@)", "values(@)", "length(@)"),
    *("stock + 'x'", "floor(stock)", "sum(lines[].stock)", "ok == 'true'", "!ok", "lines[?ok]", "((("),
    *("to_number(stock)", "join('', keys(@))", "merge(@, @)", "sort(@)", "to_string(@)", "lines[::0]"),
    *("not_null(error, id)", "max_by(lines, &stock)"),
)
PATHS = ("", "/", "/x", "/x/{sku}", "/x/{id}?p={location}", "/x?page={page}", "/x?page={page}&l={location}", "/{a}")
word = st.sampled_from(("", *NAMES, "a.b", "sku.b", "a..b"))
expression = st.sampled_from(EXPRESSIONS)
path = st.sampled_from(PATHS)
wide = st.fixed_dictionaries({}, optional={
    "auth": st.sampled_from(("header", "basic", "query", "none")), "method": st.sampled_from(("PUT", "POST", "PATCH")),
    "path": path, "shape": st.sampled_from(("one", "list")), "list_key": word, "batch_size": st.integers(1, 3),
    "sku_field": word, "id_field": word, "quantity_field": word, "quantity_as_text": st.booleans(),
    "in_stock_field": word, "location_field": word, "locations": st.sampled_from(((), ("A",), ("A", "B"))),
    "success_statuses": st.sampled_from(((200,), (200, 204), (201,))), "any_content_type": st.booleans(),
    "unmentioned_ok": st.booleans(), "test_path": path, "lookup_path": path, "read_path": path, "look_path": path,
    **dict.fromkeys(EXPRESSION_SETTINGS, expression)})
# Most wild guesses contradict themselves; these are what a shop is asked with that tells and reads everything.
TELLING = {"results": "lines", "result_ref": "sku", "result_ok": "ok", "result_error": "error", "read_path": "/x/{sku}",
           "read_items": "lines", "read_ref": "sku", "read_quantity": "stock", "lookup_path": "/x/{sku}",
           "lookup_items": "lines", "lookup_id": "id", "lookup_sku": "sku"}


def made(choices):
    """The profile of these settings, None when they contradict each other."""
    try:
        return RestProfile(**choices)
    except ProfileError:
        return None


profiles = (wide | wide.map(lambda choices: TELLING | choices)).map(made).filter(bool)
leaves = st.sampled_from((*VALUES, *(f"{kind}-{n}" for kind in ("SKU", "id") for n in range(3)))) | st.integers(-9, 9)
lines = st.lists(st.dictionaries(st.sampled_from(NAMES), leaves, max_size=5), max_size=4)
bodies = st.one_of(
    st.builds(lambda *parts: json.dumps(dict(zip(NAMES, parts, strict=False))).encode(), leaves, leaves, leaves, leaves,
              lines, leaves, leaves),
    lines.map(lambda rows: json.dumps(rows).encode()),
    st.sampled_from(BODIES),
)
answers = st.tuples(
    st.sampled_from((200,) * 20 + (201, 204) * 5 + STATUSES),
    st.sampled_from(({"Content-Type": "application/json"},) * 20 + tuple(dict([pair]) for pair in HEADERS)),
    bodies,
)


@settings
@given(profile=profiles, said=st.lists(answers, min_size=1, max_size=4),
       operation=st.sampled_from(("push", "push", "read", "find", "test", "locations")))
def test_random_profiles(profile, said, operation):
    clock, record = Time(), Recording(None, LEVELS, {"id-9": "SKU-9"}, {})
    script = Script(lambda number, _request: said[number % len(said)])
    with script.played():
        try:
            adapter = RestAdapter(Connection(
                "https://shop.example.com", credentials=SECRETS, options={"profile": profile}, batch_size=2, parallel=1,
                attempts=2, allow_private=True), clock, clock.sleep)
        except AdapterError:
            return
        secrets = () if profile.auth == "none" else SECRETS.values()
        outcomes = outcomes_of(adapter, operation, record, secrets)
    if profile.results and profile.shape == "list" and not profile.unmentioned_ok:
        text = b" ".join(body for _status, _headers, body in said).decode("utf-8", "replace")
        for outcome in outcomes:
            if isinstance(outcome, Acknowledged):
                named = LEVELS[outcome.key]
                assert named.sku in text or named.external_id in text, "acknowledged, and never named"


TOKEN = json.dumps({
    "access_token": "access", "expires_in": 7200, "refresh_token": "refresh", "refresh_token_expires_in": 47304000,
    "token_type": "User Access Token"}).encode()


@settings
@given(hits=st.lists(spoils, min_size=1, max_size=2))
def test_ebay_sign_in(hits):
    """The code from the browser is exchanged for a token that can be stored, or for an error of ours."""
    good = Good((), 200, {"Content-Type": "application/json"}, TOKEN)
    for spoil in hits:
        good = good if isinstance(good, Exception) else spoil(good, EbayInventory.credentials["client_secret"])
    answer = good if isinstance(good, Exception) else (good.status, good.headers, good.body)
    connection = Connection("https://api.example.com", credentials=EbayInventory.credentials, allow_private=True)
    with Script(lambda *_: answer).played():
        try:
            token = oauth.exchange_code(connection, "the-code-of-the-browser", Time(), Time().sleep)
        except AdapterError as error:
            assert "the-code-of-the-browser" not in error.reason
            return
    assert type(token.value) is str
    assert token.value
    assert len(token.value) <= 3 or token.value not in repr(token)
    assert token.expires_at.tzinfo is None
