# SPDX-License-Identifier: LGPL-3.0-or-later
"""The wire format, pinned: what the adapter sends is compared with a recording: XML to the byte, JSON by its content.

Recorded against the sandbox; replayed without any network. To record again after a wanted change: delete
tests/adapters/cassettes/ebay_* and run with MARKETPLACE_SYNC_RECORD=1.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import vcr

from adapters.base import Acknowledged, Level, Rejected, RemoteItem
from adapters.ebay import EbayAdapter
from sandbox.ebay import Marketplace, serve
from test_ebay_kit import CREDENTIALS, connection_to

RECORD = bool(os.environ.get("MARKETPLACE_SYNC_RECORD"))
PORT = 18724
URL = f"http://127.0.0.1:{PORT}"
FOLDER = Path(__file__).parent / "cassettes"
KEPT_REQUEST_HEADERS = {
    "content-type",
    "x-ebay-api-call-name",
    "x-ebay-api-compatibility-level",
    "x-ebay-api-siteid",
}
KEPT_HEADERS = {"Content-Type", "X-Request-Id"}
SOCK, MUG = "offer:9000000001:SOCK red/large", "sku:MUG"
OLD, RED = "item:110000000002", "item:110000000003:SHIRT-RED"
SECRETS = ("access_token", "refresh_token")
NOW = 1_800_000_000.0


def scrub_request(request):
    """Without secrets, and without headers that differ from one version of `requests` to the next."""
    kept = {name: text for name, text in request.headers.items() if name.lower() in KEPT_REQUEST_HEADERS}
    request.headers = kept
    if request.path.endswith("/token"):
        body = request.body if isinstance(request.body, str) else request.body.decode()
        form = {name: "scrubbed" if name in SECRETS else text for name, text in parse_qsl(body)}
        request.body = urlencode(form).encode()
    return request


def scrub_response(response):
    response["headers"] = {name: value for name, value in response["headers"].items() if name in KEPT_HEADERS}
    text = response["body"]["string"]
    if text.startswith(b"{"):
        body = json.loads(text)
        body.update({name: "scrubbed" for name in SECRETS if name in body})
        response["body"]["string"] = json.dumps(body).encode()
    return response


@contextmanager
def recorded(name):
    """An adapter whose calls must equal the recording `name`, all of it, in its order."""
    tape = vcr.VCR(
        record_mode="once" if RECORD else "none",
        match_on=("method", "uri", "headers", "body"),
        before_record_request=scrub_request,
        before_record_response=scrub_response,
    )
    adapter = EbayAdapter(connection_to(URL, parallel=1), clock=lambda: NOW)
    with market_to_record_from(), tape.use_cassette(str(FOLDER / f"ebay_{name}.yaml")) as cassette:
        yield adapter
        adapter.close()
        assert RECORD or cassette.all_played
        assert adapter.calls == len(cassette)


@contextmanager
def market_to_record_from():
    if not RECORD:
        yield
        return
    market = Marketplace(refresh_token=CREDENTIALS["refresh_token"], clock=lambda: NOW)
    market.add_item("SOCK red/large", 5)
    market.add_item("MUG", 5, offer="UNPUBLISHED")
    market.add_trading_item("OLD", 5)
    market.add_trading_item(variations={"SHIRT-RED": 1, "SHIRT-BLUE": 2})
    with serve(market, port=PORT):
        yield


def test_link():
    with recorded("link") as adapter:
        found = adapter.find(["SOCK red/large", "MUG", "NONE"], {"110000000002": "OLD", "110000000003": "SHIRT-RED"})
        assert sorted(found, key=lambda item: item.external_id) == [
            RemoteItem(OLD, "OLD", item_id="110000000002"),
            RemoteItem("item:110000000003:SHIRT-BLUE", "SHIRT-BLUE", item_id="110000000003"),
            RemoteItem(RED, "SHIRT-RED", item_id="110000000003"),
            RemoteItem(SOCK, "SOCK red/large", item_id="110000000001"),
            RemoteItem(MUG, "MUG"),
        ]


def test_push():
    with recorded("push") as adapter:
        levels = [Level(external_id, external_id, "default", 8) for external_id in (SOCK, MUG, OLD, RED)]
        outcomes = list(adapter.push(levels))
        assert {outcome.key for outcome in outcomes} == {SOCK, MUG, OLD, RED}
        assert all(isinstance(outcome, Acknowledged) and outcome.request_id for outcome in outcomes)


def test_refused():
    with recorded("refused") as adapter:
        gone = ("sku:GONE", SOCK, "item:1", OLD)
        outcomes = {one.key: one for one in adapter.push([Level(one, one, "default", 0) for one in gone])}
        assert [type(outcomes[one]) for one in gone] == [Rejected, Acknowledged, Rejected, Acknowledged]


def test_connection_test_and_limits():
    with recorded("test") as adapter:
        assert adapter.test().missing_scopes == ()
        assert [(one.name, one.remaining, one.resets_at.hour) for one in adapter.allowances()] == [
            ("inventory", 4999, 8),
            ("trading", 4999, 8),
        ]


def test_recordings_hold_no_secret():
    recordings = list(FOLDER.glob("ebay_*.yaml"))
    assert len(recordings) == 4
    for path in recordings:
        text = path.read_text().lower()
        assert not [one for one in ("sandbox-secret", "v^1.1", "bearer", "basic ", "iaf-token") if one in text]
