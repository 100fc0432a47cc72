# SPDX-License-Identifier: LGPL-3.0-or-later
"""The preview is what is sent, but for secrets; looking up; testing; and secrets in addresses stay out of logs."""

import json
import logging

import pytest

from adapter_kit import answering, json_answer
from adapters.base import Refused, RemoteItem, RemoteLocation, ShopInfo, Unauthorized, Unavailable
from adapters.rest import RestProfile
from adapters.rest.preview import BULLETS
from test_rest_kit import BASIC, levels_of, preset, rest_adapter

# === PREVIEW === #

WAYS = {
    "header": (RestProfile(), {"access_token": "s3cret token"}),
    "query": (RestProfile(auth="query", auth_name="api key", path="/x?op=set"), {"access_token": "s3cret&tökén"}),
    "basic": (RestProfile(auth="basic"), {"username": "us3r", "password": "s3cret"}),
    "none": (RestProfile(auth="none"), {"access_token": "s3cret"}),
    "odd": (preset("odd"), BASIC),
    "single": (preset("single"), {"access_token": "s3cret"}),
}


@pytest.mark.parametrize(("profile", "credentials"), WAYS.values(), ids=WAYS)
def test_preview_is_what_is_sent(profile, credentials):
    levels = levels_of("A/ü", "B")
    lines = [{"ref": "A/ü", "ok": 1}, {"ref": "B", "ok": 1}]
    with answering(lambda *_: json_answer({"result": {"lines": lines}})) as server:
        adapter = rest_adapter(server.url, profile, credentials, parallel=1)
        shown = adapter.preview(levels)
        assert (adapter.calls, server.requests) == (0, [])
        list(adapter.push(levels))
    method, path, headers, body = server.requests[0]
    del headers["Host"]
    assert shown.method == method
    assert json.loads(shown.body) == body
    own_headers = {name: value for name, value in headers.items() if name != "Authorization"}
    assert own_headers.items() <= shown.headers.items()
    assert ("Authorization" in shown.headers) == ("Authorization" in headers)
    if profile.auth == "query":
        assert shown.url == f"{server.url}/x?op=set&api+key={BULLETS}"
    else:
        assert shown.url == server.url + path


@pytest.mark.parametrize(("profile", "credentials"), WAYS.values(), ids=WAYS)
def test_preview_shows_no_secret(profile, credentials):
    shown = rest_adapter("http://127.0.0.1:1", profile, credentials).preview(levels_of("A"))
    text = f"{shown} {shown.headers}"
    assert "s3cret" not in text
    assert "sandbox" not in text
    assert (BULLETS in text) == (profile.auth != "none")


def test_preview_masks_secrets_wherever_they_stand():
    profile = RestProfile(constants={"key": 'tok"én'}, headers={"X-Key": "toksecret"}, path="/toksecret")
    for secret in ('tok"én', "toksecret"):
        shown = rest_adapter("http://127.0.0.1:1", profile, {"access_token": secret}).preview(levels_of("A"))
        assert secret not in f"{shown.url} {shown.headers}"
        assert secret not in json.dumps(json.loads(shown.body), ensure_ascii=False)


def test_preview_of_what_cannot_be_sent():
    with pytest.raises(Refused, match="web address"):
        rest_adapter("http://127.0.0.1:1", preset("single")).preview(levels_of(".."))


def test_key_in_the_address_is_not_logged(caplog):
    profile = RestProfile(auth="query", auth_name="api key", path="/x?op=set")
    with caplog.at_level(logging.DEBUG), answering(lambda *_: json_answer({})) as server:
        list(rest_adapter(server.url, profile, {"access_token": "s3cret&tökén"}).push(levels_of("A")))
        assert "s3cret" in server.requests[0][1]
    assert "/x?op=set&api+key=•••" in caplog.text
    assert "s3cret" not in caplog.text


# === TEST AND LOCATIONS === #


def test_connection_without_a_path_for_it():
    with answering(lambda *_: json_answer({}, 405)) as server:
        for path in ("/inventory.php?op=set", "/items/{sku}/stock"):
            assert rest_adapter(server.url, RestProfile(path=path, shape="one")).test() == ShopInfo("127.0.0.1")
    assert [request[:2] for request in server.requests] == [("GET", "/inventory.php"), ("GET", "/items/")]


@pytest.mark.parametrize(
    ("status", "error"), [(200, None), (404, Refused), (401, Unauthorized), (403, Unauthorized), (503, Unavailable)]
)
def test_connection(status, error):
    with answering(lambda *_: json_answer({}, status)) as server:
        adapter = rest_adapter(server.url, RestProfile(test_path="/me?x=1"))
        if error:
            with pytest.raises(error):
                adapter.test()
        else:
            adapter.test()
    assert server.requests[0][:2] == ("GET", "/me?x=1")


def test_locations():
    assert rest_adapter("http://x").locations() == [RemoteLocation("default", "Default")]
    profile = RestProfile(locations=("A", "B"), location_field="at")
    assert rest_adapter("http://x", profile).locations() == [RemoteLocation("A", "A"), RemoteLocation("B", "B")]


# === LOOKING UP === #

LOOKUP = RestProfile(lookup_path="/p/{sku}?q={sku}", lookup_items="data", lookup_id="id", lookup_sku="code")


def test_without_a_lookup_every_sku_is_an_item():
    found = list(rest_adapter("http://x").find(["A", "", " ", "A", "B"], {"77": "C"}))
    assert found == [RemoteItem("77", "C", item_id="77"), RemoteItem("A", "A"), RemoteItem("B", "B")]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (json_answer({"data": [{"id": 7, "code": "A/ü"}, {"id": 8, "code": "a/ü"}]}), ["7"]),
        (json_answer({"data": {"id": "x", "code": "A/ü"}}), ["x"]),
        (json_answer({"data": [{"id": 7, "code": "A/ü"}, {"id": 9, "code": "A/ü"}]}), ["7", "9"]),
        (json_answer({"data": [{"code": "A/ü"}, 3, None]}), []),
        (json_answer({}), []),
        (json_answer({}, 404), []),
    ],
)
def test_lookup(answer, found):
    with answering(lambda *_: answer) as server:
        items = list(rest_adapter(server.url, LOOKUP).find(["A/ü"]))
    assert [item.external_id for item in items] == found
    assert all(item.sku == "A/ü" for item in items)
    assert server.requests[0][:2] == ("GET", "/p/A%2F%C3%BC?q=A%2F%C3%BC")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json_answer({}, 405), Refused),
        ((200, {}, b"<"), Unavailable),
        ((200, {"Content-Type": "text/html"}, b"{}"), Unavailable),
    ],
)
def test_lookup_in_trouble(answer, error):
    with answering(lambda *_: answer) as server, pytest.raises(error):
        list(rest_adapter(server.url, LOOKUP).find(["A"]))
