# SPDX-License-Identifier: LGPL-3.0-or-later
"""Signing a seller in, access tokens, and what a connection test finds out."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from adapter_kit import outcomes_until
from adapters.base import Refused, ShopInfo, Unauthorized, Unavailable
from adapters.ebay import EbayAdapter
from adapters.ebay.oauth import SCOPES, consent_url, exchange_code
from sandbox.ebay import Marketplace, serve
from test_ebay_kit import CREDENTIALS, JSON, TOKEN_PATH, connection_to, ebay, push, scripted, trading_answer

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("base_url", "page"),
    [
        ("https://api.ebay.com", "https://auth.ebay.com/oauth2/authorize"),
        ("https://api.sandbox.ebay.com", "https://auth.sandbox.ebay.com/oauth2/authorize"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/oauth2/authorize"),
        ("https://api.ebay.example.com", "https://api.ebay.example.com/oauth2/authorize"),
    ],
)
def test_consent_page(base_url, page):
    url = consent_url(base_url, "id&1", "Ru Name", "st/ate")
    assert url.partition("?")[0] == page
    assert parse_qs(urlsplit(url).query) == {
        "client_id": ["id&1"],
        "redirect_uri": ["Ru Name"],
        "response_type": ["code"],
        "scope": [" ".join(SCOPES)],
        "state": ["st/ate"],
    }


def test_from_the_consent_page_to_a_working_account():
    market = Marketplace(clock=lambda: NOW)
    with serve(market) as server:
        page = consent_url(server.url, market.client_id, market.runame, "state-1")
        back = requests.post(page, data={"consent": "agree"}, allow_redirects=False, timeout=5).headers["Location"]
        came_back = parse_qs(urlsplit(back).query)
        assert came_back["state"] == ["state-1"]
        keys = {name: CREDENTIALS[name] for name in ("client_id", "client_secret")}
        connection = connection_to(server.url, keys, options={"ru_name": market.runame})
        token = exchange_code(connection, came_back["code"][0], clock=lambda: NOW)
        assert token.value in market.oauth.refresh_tokens
        assert token.expires_at == datetime.fromisoformat("2027-01-15T08:00") + timedelta(seconds=47_304_000)
        with pytest.raises(Unauthorized, match="Connect eBay"):
            exchange_code(connection, came_back["code"][0], clock=lambda: NOW)


@pytest.mark.parametrize(
    ("error", "words"),
    [("invalid_grant", "Connect eBay"), ("invalid_client", "client secret"), ("odd", "Connect"), (7, "Connect")],
)
def test_a_refused_refresh_token_stops_the_account(error, words):
    refusal = (400, JSON, {"error": error, "error_description": "secret sandbox-secret"})
    with scripted(lambda _request: refusal, credentials=CREDENTIALS) as (adapter, sent):
        with pytest.raises(Unauthorized, match=words) as raised:
            adapter.test()
        assert "sandbox-secret" not in str(raised.value)
        # Asked once and not again.
        with pytest.raises(Unauthorized):
            adapter.test()
        assert len(sent) == 1


def test_a_revoked_sign_in_stops_the_account():
    with ebay() as (market, adapter):
        adapter.test()
        market.revoke()
        with pytest.raises(Unauthorized, match="press Connect eBay again"):
            adapter.test()


def test_no_credentials_at_all():
    with ebay(credentials={}) as (market, adapter):
        with pytest.raises(Unauthorized, match="not connected"):
            adapter.test()
        assert market.stats.requests == 0


@pytest.mark.parametrize(("age", "fetched"), [(0, 0), (7200, 1)])
def test_a_stored_token_is_used_while_it_lasts(age, fetched):
    market = Marketplace(clock=lambda: NOW)
    with serve(market) as server:
        stored = {"token": market.grant_access_token(), "token_expires_at": "2027-01-15T10:00:00"}
        connection = connection_to(server.url, {**CREDENTIALS, **stored})
        adapter = EbayAdapter(connection, clock=lambda: NOW + age)
        adapter.test()
        adapter.close()
        assert market.stats.calls["token"] == fetched
        assert bool(adapter.token) is bool(fetched)


def test_what_the_token_endpoint_is_asked():
    def answer(request):
        if request.url.endswith(TOKEN_PATH):
            return 200, JSON, {"access_token": "new", "expires_in": 7200}
        if request.url.endswith("/ws/api.dll"):
            return trading_answer("GetUser", body="<User><UserID>me &amp; co</UserID></User>")
        return 200, JSON, {"inventoryItems": []}

    with scripted(answer, credentials=CREDENTIALS, adapter={"clock": lambda: NOW}) as (adapter, sent):
        assert adapter.test() == ShopInfo("me & co", ())
        assert parse_qs(sent[0].body) == {"grant_type": ["refresh_token"], "refresh_token": ["v^1.1#i^1#sandbox"]}
        assert sent[0].headers["Authorization"].startswith("Basic ")
        assert sent[1].headers["Authorization"] == "Bearer new"
        assert adapter.token.expires_at == datetime.fromisoformat("2027-01-15T10:00")


def test_a_missing_permission_is_named():
    denied = (403, JSON, {"errors": [{"errorId": 1100, "message": "Access denied"}]})

    def answer(request):
        if request.url.endswith("/ws/api.dll"):
            return trading_answer("GetUser", "Failure", ("21916984", "Error"))
        return denied

    with scripted(answer) as (adapter, _sent):
        assert adapter.test() == ShopInfo("eBay", (f"{SCOPES[0]}/sell.inventory", SCOPES[0]))


def test_scopes_of_the_stand_in():
    with ebay() as (market, _unused):
        refresh_token = market.grant_refresh_token(scopes=[SCOPES[0]])
        with serve(market) as server:
            adapter = EbayAdapter(connection_to(server.url, {**CREDENTIALS, "refresh_token": refresh_token}))
            assert adapter.test().missing_scopes == (f"{SCOPES[0]}/sell.inventory",)
            adapter.close()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((503, JSON, {}), Unavailable),
        ((429, {**JSON, "Retry-After": "3600"}, {}), Unavailable),
        ((200, JSON, {}), Unavailable),
        ((200, JSON, b"{"), Unavailable),
        ((200, {"Content-Type": "text/html"}, b"<p>"), Unavailable),
        ((404, {"Content-Type": "text/html"}, b"<p>"), Refused),
        ((301, {"Location": "https://elsewhere"}, b""), Refused),
    ],
)
def test_trouble_at_the_token_endpoint(answer, error):
    with scripted(lambda _request: answer, credentials=CREDENTIALS, attempts=2) as (adapter, _sent):
        _seen, raised = outcomes_until(adapter.find(["A"]), error)
        assert raised.reason


def test_nothing_secret_is_shown():
    with ebay() as (_market, adapter):
        adapter.test()
        secrets = [*CREDENTIALS.values(), adapter.token.value]
        shown = repr([adapter.token, adapter.__dict__, vars(adapter._client)])
        assert not [secret for secret in secrets[1:] if secret in shown]


def test_eBays_words_are_scrubbed_of_secrets():  # noqa: N802
    words = {"errors": [{"errorId": 1, "message": f"bad {'t' * 20}"}]}
    with scripted(lambda _request: (400, JSON, words)) as (adapter, _sent):
        with pytest.raises(Refused) as raised:
            adapter.test()
        (outcome,) = push(adapter, ["sku:A"])
        told = [raised.value.reason, str(raised.value), outcome.reason]
        assert all("bad •••" in words and "t" * 20 not in words for words in told)
