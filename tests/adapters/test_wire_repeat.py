# SPDX-License-Identifier: LGPL-3.0-or-later
"""A kept request is sent again: by the adapter with today's secret, and by hand with curl."""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from adapter_kit import answering, json_answer
from adapters.base import AdapterError, Refused
from adapters.curl import curl_of
from adapters.exchange import Exchange
from adapters.rest.profile import RestProfile
from test_rest_kit import levels_of, rest_adapter
from test_shopify_kit import adapter_for, levels_for, stocked
from test_wire_recording import Kept


@pytest.fixture
def kept():
    return Kept()


# === REPEATING === #


@contextmanager
def told(kept, answer=lambda *_: json_answer({}), profile=None, credentials=None):
    with answering(answer) as server:
        adapter = rest_adapter(server.url, profile, credentials, recorder=kept.recorder(everything=True))
        list(adapter.push(levels_of("A", "B")))
        yield server, adapter
        adapter.close()


@pytest.mark.parametrize("auth", ["header", "query", "basic"])
def test_repeating_sends_the_same_with_todays_secret(kept, auth):
    credentials = {"access_token": "to/ken&1"} if auth != "basic" else {"username": "seller", "password": "to/ken"}
    profile = RestProfile(path="/stock?op=set", auth=auth, auth_name="Authorization" if auth != "query" else "key")
    with told(kept, profile=profile, credentials=credentials) as (server, adapter):
        adapter.repeat(kept[0])
    first, second = server.requests
    assert first == second
    assert [exchange.body for exchange in kept] == [kept[0].body] * 2


def test_a_user_name_that_is_a_part_of_the_address(kept):
    credentials = {"username": "127.0.0.1", "password": "to/ken"}
    with told(kept, profile=RestProfile(auth="basic"), credentials=credentials) as (server, adapter):
        adapter.repeat(kept[0])
        assert server.url in curl_of(kept[0])
    first, second = server.requests
    assert first == second


def test_repeating_goes_to_the_accounts_address_only(kept):
    with told(kept) as (_server, _adapter):
        other = rest_adapter("http://127.0.0.1:9")
        with pytest.raises(Refused):
            other.repeat(kept[0])


def test_shopify_repeats(kept, shop, server):
    location, items = stocked(shop, 1)
    adapter = adapter_for(server, recorder=kept.recorder(everything=True))
    list(adapter.push(levels_for(items, location)))
    adapter.repeat(kept[0])
    adapter.close()
    assert [exchange.body for exchange in kept] == [kept[0].body] * 2
    assert kept[1].status == 200 and "errors" not in json.loads(kept[1].answer)


def test_repeating_tells_a_refusal(kept):
    answer = lambda *_: json_answer({"message": "no"}, 401 if len(kept) else 200)  # noqa: E731
    with told(kept, answer) as (_server, adapter), pytest.raises(AdapterError):
        adapter.repeat(kept[0])
    assert kept[-1].status == 401


# === CURL === #


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
@pytest.mark.parametrize("auth", ["header", "query", "basic"])
@pytest.mark.parametrize("sku", ["A", "it's \"odd\" $HOME `id` \\ !x", "é{1..2}[a]"])
def test_curl_sends_the_same_request(kept, auth, sku):
    secret = "s3cr3t-1"
    credentials = {"access_token": secret} if auth != "basic" else {"username": "", "password": secret}
    profile = RestProfile(path="/stock?op=set", auth=auth, auth_name="Authorization" if auth != "query" else "key")
    with answering(lambda *_: json_answer({})) as server:
        adapter = rest_adapter(server.url, profile, credentials, recorder=kept.recorder(everything=True))
        list(adapter.push(levels_of(sku)))
        command = curl_of(kept[0])
        assert secret not in command
        token = server.requests[0][2]["Authorization"].split()[1] if auth != "query" else secret
        shell = ["sh", "-c", f"{command} --silent --max-time 10"]
        subprocess.run(shell, env={**os.environ, "TOKEN": token}, check=True)
    first, second = ((method, path, _telling(headers), body) for method, path, headers, body in server.requests)
    assert first == second  # fmt: skip


def _telling(headers):
    return {name: value for name, value in headers.items() if name not in ("Host", "Connection", "Accept-Encoding")}


def test_curl_says_that_a_body_is_not_complete():
    exchange = Exchange(
        "POST", "https://x.example/a?key=•••", (("X-Empty", ""),), "abc", 200, "", 1.0, "", None, True,
        body_cut=True, body_size=70000)  # fmt: skip
    assert curl_of(exchange) == (
        "# The body is not complete: 70000 bytes were sent.\n"
        "curl --globoff --request POST 'https://x.example/a?key='\"$TOKEN\" --header 'X-Empty;' "
        "--header Content-Type: --data-raw abc"
    )


