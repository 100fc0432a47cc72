# SPDX-License-Identifier: LGPL-3.0-or-later
"""The wire format, pinned: what the adapter sends is compared, byte for byte of its JSON, with a recording.

Recorded against the sandbox; replayed without any network. To record again after a wanted change:
delete tests/adapters/cassettes and run with MARKETPLACE_SYNC_RECORD=1.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
import vcr

from adapters.base import Acknowledged, Level, Rejected, RemoteItem
from adapters.shopify import ShopifyAdapter
from test_shopify_kit import connection_to

RECORD = bool(os.environ.get("MARKETPLACE_SYNC_RECORD"))
PORT = 18723
URL = f"http://127.0.0.1:{PORT}"
FOLDER = Path(__file__).parent / "cassettes"
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
LOCATION = "gid://shopify/Location/70000000001"
SOCK, MUG = (f"gid://shopify/InventoryItem/4500000000000{n}" for n in (1, 2))
KEPT_HEADERS = {"Content-Type", "X-Request-Id"}


def scrub_request(request):
    """Without the secret, and without headers that differ from one version of `requests` to the next."""
    request.headers = {"Content-Type": "application/json"}
    body = json.loads(request.body)
    if "client_secret" in body:
        request.body = json.dumps({**body, "client_secret": "scrubbed"}).encode()
    return request


def scrub_response(response):
    response["headers"] = {name: value for name, value in response["headers"].items() if name in KEPT_HEADERS}
    body = json.loads(response["body"]["string"])
    if "access_token" in body:
        response["body"]["string"] = json.dumps({**body, "access_token": "scrubbed"}).encode()
    return response


@contextmanager
def recorded(name, credentials=None):
    """An adapter whose calls must equal the recording `name`, all of it, in its order."""
    tape = vcr.VCR(
        record_mode="once" if RECORD else "none",
        match_on=("method", "uri", "body"),
        before_record_request=scrub_request,
        before_record_response=scrub_response,
    )
    adapter = ShopifyAdapter(connection_to(URL, credentials))
    with shop_to_record_from(), tape.use_cassette(str(FOLDER / f"shopify_{name}.yaml")) as cassette:
        yield adapter
        adapter.close()
        assert RECORD or cassette.all_played
        assert adapter.calls == len(cassette)


@contextmanager
def shop_to_record_from():
    if not RECORD:
        yield
        return
    sandbox = pytest.importorskip("sandbox.shopify")
    shop = sandbox.Shop(plan="standard")
    location = shop.add_location("Main")
    shop.add_item('SOCK "red"', quantities={location: 5})
    shop.add_item("MUG", tracked=False, quantities={location: 5})
    with sandbox.serve(shop, port=PORT):
        yield


def test_link():
    with recorded("link") as adapter:
        assert list(adapter.find(['SOCK "red"', "MUG", "NONE"])) == [
            RemoteItem(SOCK, 'SOCK "red"'),
            RemoteItem(MUG, "MUG", tracked=False),
        ]


def test_push():
    with recorded("push") as adapter:
        (outcome,) = adapter.push([Level("k", SOCK, LOCATION, 8, previous=5, revision=3)])
        assert outcome == Acknowledged("k", 8, outcome.request_id)


def test_token_and_connection_test():
    with recorded("token", CLIENT) as adapter:
        assert adapter.test().name == "Sandbox"
        assert adapter.token.value


def test_refused_row_is_cut_out():
    with recorded("refused") as adapter:
        levels = [Level(n, item, LOCATION, 8, previous=5) for n, item in enumerate((SOCK, MUG))]
        by_key = {outcome.key: outcome for outcome in adapter.push(levels)}
        assert isinstance(by_key[0], Acknowledged)
        assert isinstance(by_key[1], Rejected)


def test_recordings_hold_no_secret():
    for path in FOLDER.glob("shopify_*.yaml"):
        text = path.read_text()
        assert "sandbox-secret" not in text
        assert "shpca_" not in text
        assert "shpat_" not in text
