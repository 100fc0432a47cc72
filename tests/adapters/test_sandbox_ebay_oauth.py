# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox eBay's consent page, its token endpoint, and what a token opens. Raw requests, no adapter."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

SCOPE = "https://api.ebay.com/oauth/api_scope/sell.inventory"


@pytest.fixture
def asked(ebay):
    """The query of a consent page that can be shown."""
    return {
        "client_id": ebay.client_id,
        "redirect_uri": ebay.runame,
        "response_type": "code",
        "scope": f"https://api.ebay.com/oauth/api_scope {SCOPE}",
        "state": "st&te",
    }


@pytest.fixture
def consent(ebay_server, asked):
    """Press a button of the consent page, and give the query the browser is sent away with."""

    def press(button="agree"):
        response = requests.post(
            f"{ebay_server.url}/oauth2/authorize",
            params=asked,
            data={"consent": button},
            allow_redirects=False,
            timeout=10,
        )
        address = urlsplit(response.headers["Location"])
        assert (response.status_code, f"{address.scheme}://{address.netloc}{address.path}") == (
            302,
            "http://x/accepted",
        )
        return {name: values[0] for name, values in parse_qs(address.query).items()}

    return press


@pytest.fixture(autouse=True)
def accept_url(ebay):
    ebay.change(accept_url="http://x/accepted")


@pytest.fixture
def token(ebay, ebay_server):
    """The response of the token endpoint."""

    def ask(credentials=None, **form):
        url = f"{ebay_server.url}/identity/v1/oauth2/token"
        return requests.post(url, data=form, auth=credentials or (ebay.client_id, ebay.client_secret), timeout=10)

    return ask


def refused(response):
    body = response.json()
    assert body.keys() == {"error", "error_description"}
    return response.status_code, body["error"]


def test_the_consent_page_asks(ebay_server, asked):
    response = requests.get(f"{ebay_server.url}/oauth2/authorize", params=asked, timeout=10)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert SCOPE in response.text
    assert 'value="agree"' in response.text


@pytest.mark.parametrize(
    "wrong",
    [{"client_id": "x"}, {"redirect_uri": "http://x/"}, {"response_type": "token"}, {"scope": "all"}, {"scope": ""}],
)
def test_a_wrong_question_is_not_shown(ebay_server, asked, wrong):
    for method in ("GET", "POST"):
        url = f"{ebay_server.url}/oauth2/authorize"
        form = {"consent": "agree"}
        response = requests.request(method, url, params=asked | wrong, data=form, allow_redirects=False, timeout=10)
        assert (response.status_code, "Location" in response.headers) == (400, False)


def test_a_code_gives_both_tokens_once(ebay, ebay_wire, consent, token):
    query = consent()
    assert (query["state"], query["expires_in"]) == ("st&te", "299")
    assert "#" in query["code"]
    form = {"grant_type": "authorization_code", "code": query["code"], "redirect_uri": ebay.runame}
    body = token(**form).json()
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (7200, 47_304_000)
    assert body["token_type"] == "User Access Token"
    ebay_wire.token = body["access_token"]
    assert ebay_wire.get("/location").status_code == 200
    assert refused(token(**form)) == (400, "invalid_grant")
    renewed = token(grant_type="refresh_token", refresh_token=body["refresh_token"]).json()
    assert renewed.keys() == {"access_token", "expires_in", "token_type"}
    ebay_wire.token = renewed["access_token"]
    assert ebay_wire.get("/location").status_code == 200


def test_a_user_who_says_no(consent):
    assert consent("decline") == {"state": "st&te", "error": "access_denied"}


def test_a_code_is_for_its_runame_and_for_five_minutes(ebay, consent, token, now):
    form = {"grant_type": "authorization_code", "redirect_uri": ebay.runame}
    assert refused(token(**{**form, "code": consent()["code"], "redirect_uri": "other"})) == (400, "invalid_grant")
    code = consent()["code"]
    now[0] += 299
    assert refused(token(**form, code=code)) == (400, "invalid_grant")


def test_token_requests_are_refused(ebay, ebay_server, token):
    refresh = {"grant_type": "refresh_token", "refresh_token": ebay.refresh_token}
    assert refused(token(("sandbox-client", "wrong"), **refresh)) == (401, "invalid_client")
    assert refused(token(**refresh | {"grant_type": "password"})) == (400, "unsupported_grant_type")
    assert refused(token(**refresh | {"refresh_token": "x"})) == (400, "invalid_grant")
    assert refused(token(grant_type="authorization_code")) == (400, "invalid_grant")
    assert refused(token(**refresh, scope="all")) == (400, "invalid_scope")
    url = f"{ebay_server.url}/identity/v1/oauth2/token"
    auth = (ebay.client_id, ebay.client_secret)
    assert refused(requests.post(url, json=refresh, auth=auth, timeout=10)) == (400, "invalid_request")
    for header in ({}, {"Authorization": "Basic x"}, {"Authorization": "Bearer x"}):
        assert refused(requests.post(url, data=refresh, headers=header, timeout=10)) == (401, "invalid_client")


def test_tokens_end(ebay, ebay_wire, token, now):
    refresh = {"grant_type": "refresh_token", "refresh_token": ebay.refresh_token}
    now[0] += 7199
    assert ebay_wire.get("/location").status_code == 200
    now[0] += 1
    assert ebay_wire.get("/location").json()["errors"][0]["errorId"] == 1001
    now[0] += 47_304_000 - 7200 - 1
    assert token(**refresh).status_code == 200
    now[0] += 1
    assert refused(token(**refresh)) == (400, "invalid_grant")


def test_revoking(ebay, ebay_wire, token):
    other = ebay.grant_refresh_token()
    ebay.revoke(ebay.refresh_token)
    assert ebay_wire.get("/location").status_code == 401
    assert refused(token(grant_type="refresh_token", refresh_token=ebay.refresh_token)) == (400, "invalid_grant")
    ebay_wire.token = token(grant_type="refresh_token", refresh_token=other).json()["access_token"]
    assert ebay_wire.get("/location").status_code == 200
    ebay.revoke(ebay_wire.token)
    assert ebay_wire.get("/location").status_code == 401
    assert token(grant_type="refresh_token", refresh_token=other).status_code == 200
    ebay.revoke()
    assert refused(token(grant_type="refresh_token", refresh_token=other)) == (400, "invalid_grant")


def errors_of(response):
    return response.status_code, response.json()["errors"][0]["errorId"]


def test_a_token_is_needed(ebay_wire):
    for value, number in (("", 1002), ("Bearer", 1002), (f"Token {ebay_wire.token}", 1002), ("Bearer x", 1001)):
        response = ebay_wire.send("GET", "/sell/inventory/v1/location", headers={"Authorization": value})
        assert errors_of(response) == (401, number)
        assert response.json()["errors"][0].keys() >= {"domain", "category", "message", "longMessage", "parameters"}


def test_scopes_open_doors(ebay, ebay_wire, token):
    def use(*scopes):
        source = ebay.grant_refresh_token(scopes)
        ebay_wire.token = token(grant_type="refresh_token", refresh_token=source).json()["access_token"]
        return ebay_wire.get("/location").status_code, ebay_wire.update({"sku": "A"}).status_code

    assert use("https://api.ebay.com/oauth/api_scope") == (403, 403)
    assert use(f"{SCOPE}.readonly") == (200, 403)
    assert use(SCOPE) == (200, 207)
    narrow = {"scope": f"{SCOPE}.readonly", "grant_type": "refresh_token", "refresh_token": ebay.refresh_token}
    ebay_wire.token = token(**narrow).json()["access_token"]
    assert errors_of(ebay_wire.update({"sku": "A"})) == (403, 1100)


def test_an_application_token_reads_its_own_limits_only(ebay_wire, token):
    assert errors_of(ebay_wire.send("GET", "/developer/analytics/v1_beta/rate_limit/")) == (403, 1100)
    body = token(grant_type="client_credentials", scope="https://api.ebay.com/oauth/api_scope").json()
    assert body["token_type"] == "Application Access Token"
    ebay_wire.token = body["access_token"]
    assert ebay_wire.send("GET", "/developer/analytics/v1_beta/rate_limit/").status_code == 200
    assert errors_of(ebay_wire.get("/location")) == (403, 1100)
    assert ebay_wire.revise({"ItemID": "1", "Quantity": 1}).errors == [(21916984, [])]
