# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an account's recorder is told: requests that fail, or all, masked and with the levels they were about."""

import json
import string
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter_kit import answering, json_answer, outcomes_until
from adapters.base import Acknowledged, Rejected, Unauthorized, Unavailable
from adapters.curl import curl_of
from adapters.exchange import MASK, Recorder
from adapters.rest.profile import RestProfile
from adapters.wire import recording
from test_cartona_kit import cartona_adapter, supplier
from test_cartona_kit import levels_for as cartona_levels
from test_cartona_push import corrupt
from test_rest_kit import levels_of, rest_adapter
from test_shopify_kit import adapter_for, levels_for, stocked
from test_wire_http import http_to

RESULTS = {"results": "results", "result_ref": "sku", "result_error": "error"}


class Kept(list):
    """The exchanges a recorder was told of; `times` are the seconds."""

    def __init__(self):
        super().__init__()
        self.times = []

    def recorder(self, everything=False):
        return Recorder(self.append, self.times.append, everything)


@pytest.fixture
def kept():
    return Kept()


def refusing(*skus):
    """A REST shop's answer that refuses these items."""

    def answer(_method, _path, body):
        return json_answer({"results": [
            {"sku": row["sku"], "error": f"no {row['sku']}" if row["sku"] in skus else None} for row in body]})

    return answer  # fmt: skip


# === WHAT IS TOLD === #


def test_what_goes_well_is_not_told(kept):
    with answering(refusing()) as server, patch.object(recording, "Mask") as masked:
        adapter = rest_adapter(server.url, RestProfile(**RESULTS), recorder=kept.recorder())
        assert len(list(adapter.push(levels_of("A", "B")))) == 2
        adapter.close()
    assert not kept
    assert not masked.called, "nothing is copied or searched for secrets"
    assert len(kept.times) == 1 and kept.times[0] > 0


def test_all_is_told_when_it_is_asked_for(kept):
    with answering(refusing()) as server:
        adapter = rest_adapter(server.url, RestProfile(**RESULTS), recorder=kept.recorder(everything=True))
        list(adapter.push(levels_of("A", "B")))
    [exchange] = kept
    assert (exchange.method, exchange.status, exchange.trouble, exchange.writes) == ("POST", 200, "", True)
    assert exchange.url.startswith(server.url)
    assert json.loads(exchange.body)[0]["sku"] == "A"
    assert json.loads(exchange.answer)["results"][1]["sku"] == "B"
    assert exchange.keys == ("A", "B")
    assert exchange.milliseconds == pytest.approx(kept.times[0] * 1000)


def test_an_item_refused_with_http_200_is_told(kept):
    with answering(refusing("B")) as server:
        adapter = rest_adapter(server.url, RestProfile(**RESULTS), recorder=kept.recorder())
        list(adapter.push(levels_of("A", "B")))
    [exchange] = kept
    assert (exchange.status, exchange.keys) == (200, ("A", "B"))
    assert exchange.trouble == "no B"


def test_every_try_of_a_shop_that_is_away_is_told(kept):
    with answering(lambda *_: json_answer({"why": "tired"}, 503)) as server:
        http = http_to(server.url, attempts=3, recorder=kept.recorder())
        with pytest.raises(Unavailable):
            http.call("POST", "/x", json={"n": 1})
        http.close()
    assert [exchange.status for exchange in kept] == [503] * 3
    assert {exchange.answer for exchange in kept} == {'{"why": "tired"}'}
    assert all("503" in exchange.trouble for exchange in kept)


def test_a_shop_that_does_not_answer(kept):
    http = http_to("http://127.0.0.1:9", attempts=1, recorder=kept.recorder())
    with pytest.raises(Unavailable):
        http.call("GET", "/x?page=2")
    http.close()
    [exchange] = kept
    assert (exchange.status, exchange.answer, exchange.writes) == (0, "", False)
    assert exchange.url == "http://127.0.0.1:9/x?page=2"


def test_an_answer_nobody_understands(kept):
    with answering(lambda *_: (200, {"Content-Type": "text/html"}, b"<html>hello</html>")) as server:
        adapter = rest_adapter(server.url, RestProfile(**RESULTS), recorder=kept.recorder())
        outcomes_until(adapter.push(levels_of("A")), Unavailable)
    [exchange] = kept
    assert exchange.answer == "<html>hello</html>"
    assert exchange.keys == ("A",)


def test_a_good_request_is_not_blamed_for_the_next_one(kept):
    with answering(lambda *_: json_answer({})) as server:
        http = http_to(server.url, attempts=1, recorder=kept.recorder())
        http.call("GET", "/good")
        with patch.object(http._gate, "run", side_effect=Unavailable("limited")), pytest.raises(Unavailable):
            http.call("GET", "/never-sent")
        recording.blame("limited")
        http.close()
    assert not kept


def test_the_order_of_things_costs_no_key(kept):
    """Keys are those of the task a request was sent for, also when that one is done in halves."""
    with answering(lambda _m, _p, body: json_answer({"message": "no"}, 422 if "BAD" in str(body) else 200)) as server:
        adapter = rest_adapter(server.url, RestProfile(), recorder=kept.recorder())
        outcomes = list(adapter.push(levels_of("A", "B", "C", "BAD")))
    assert [outcome.key for outcome in outcomes if isinstance(outcome, Rejected)] == ["BAD"]
    assert [exchange.keys for exchange in kept] == [("A", "B", "C", "BAD"), ("C", "BAD"), ("BAD",)]


def test_shopifys_user_errors(kept, shop, server):
    location, items = stocked(shop, 2)
    shop.item("SKU-1").tracked = False
    adapter = adapter_for(server, recorder=kept.recorder())
    kinds = {type(outcome) for outcome in adapter.push(levels_for(items, location))}
    assert kinds == {Acknowledged, Rejected}
    assert kept and all(exchange.status == 200 and exchange.trouble for exchange in kept)
    assert any("userErrors" in exchange.answer or "tracked" in exchange.answer for exchange in kept)
    assert all(exchange.request_id for exchange in kept)
    assert shop.token not in repr(kept)
    assert ("X-Shopify-Access-Token", MASK) in kept[0].headers


def test_shopify_reads_and_writes_are_told_apart(kept, shop, server):
    location, items = stocked(shop, 1)
    adapter = adapter_for(server, recorder=kept.recorder(everything=True))
    list(adapter.push(levels_for(items, location, previous=None)))
    assert [exchange.writes for exchange in kept] == [False, True]
    assert {exchange.keys for exchange in kept} == {(0,)}


def test_shopify_away(kept, shop, server):
    location, items = stocked(shop, 1)
    shop.fault("503", times=1)
    list(adapter_for(server, sleep=lambda _seconds: None, recorder=kept.recorder()).push(levels_for(items, location)))
    assert [exchange.status for exchange in kept] == [503]


def test_what_cartona_shows_of_a_refused_row(kept, monkeypatch):
    """All is well with the requests themselves: what a product shows is why its row is refused."""
    corrupt(monkeypatch, lambda product, quantity: None)
    with supplier(answers="silent", bad_rows="ignore") as market:
        item = market.add_item("A", 5, is_unlimited_stock=True)
        adapter = cartona_adapter(market.url, verify="always", recorder=kept.recorder())
        [gone, unlimited] = adapter.push(cartona_levels(["999", item]))
        adapter.close()
    assert {gone.reason, unlimited.reason} == {exchange.trouble for exchange in kept}
    assert {exchange.trouble: exchange.keys for exchange in kept} == {
        outcome.reason: (outcome.key,) for outcome in (gone, unlimited)}
    assert {(exchange.method, exchange.status) for exchange in kept} == {("GET", 200)}  # fmt: skip


def test_what_cartona_shows_of_a_good_row(kept):
    with supplier(answers="silent") as market:
        item = market.add_item("A", 5)
        [outcome] = cartona_adapter(market.url, verify="always", recorder=kept.recorder()).push(cartona_levels([item]))
    assert isinstance(outcome, Acknowledged) and not kept


# === SECRETS === #


def test_requests_for_tokens_are_kept_without_bodies(kept, shop, server):
    adapter = adapter_for(
        server, {"client_id": "sandbox-client", "client_secret": "sandbox-secret"},
        recorder=kept.recorder(everything=True))
    adapter.test()
    adapter.close()
    [token] = [exchange for exchange in kept if "oauth" in exchange.url]
    assert (token.body, token.answer, token.body_cut) == ("", "", True)
    assert adapter.token.value not in repr(kept) and "sandbox-secret" not in repr(kept)  # fmt: skip


def test_a_refusal_of_the_secret_says_why(kept, shop, server):
    adapter = adapter_for(server, {"client_id": "sandbox-client", "client_secret": "wrong"}, recorder=kept.recorder())
    with pytest.raises(Unauthorized):
        adapter.test()
    adapter.close()
    assert any(exchange.status >= 400 and exchange.answer for exchange in kept)
    assert "wrong" not in repr(kept)


def test_no_token_is_told_wherever_it_comes_back():
    """A shop that repeats all it was sent, in its headers, its words and its address."""

    def echo(_method, path, body):
        sent = server.requests[-1][2]
        return json_answer({"you": sent, "at": path, "body": body, "odd": list(sent.values())}, 422)

    with answering(echo) as server:

        @settings(max_examples=40, deadline=None)
        @given(
            token=st.text(string.ascii_letters + string.digits + "-._~+/=#^&%'\"", min_size=6, max_size=30),
            auth=st.sampled_from(["header", "query", "basic"]),
        )
        def told(token, auth):
            kept = Kept()
            credentials = {"access_token": token} if auth != "basic" else {"username": "seller", "password": token}
            profile = RestProfile(auth=auth, auth_name="X-Odd" if auth == "header" else "k", constants={"note": token})
            adapter = rest_adapter(server.url, profile, credentials, recorder=kept.recorder())
            list(adapter.push(levels_of("A")))
            adapter.close()
            [exchange] = kept
            assert token not in repr(exchange).replace(server.url, "")
            assert token not in curl_of(exchange).replace(server.url, "")

        told()


def test_tokens_renewed_meanwhile_are_masked(kept):
    def answer(_method, _path, _body):
        return json_answer({"you": list(server.requests[-1][2].values())}, 503)

    with answering(answer) as server:
        http = http_to(
            server.url, stored="", fetch=lambda: ("brand-new-token", None), attempts=1, recorder=kept.recorder())
        with pytest.raises(Unavailable):
            http.call("GET", "/x")
        http.close()
    assert "brand-new-token" in server.requests[0][2]["Authorization"]
    assert MASK in kept[0].answer and "brand-new-token" not in repr(kept)
