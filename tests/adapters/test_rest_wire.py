# SPDX-License-Identifier: LGPL-3.0-or-later
"""The wire format of configured shops, pinned. To record again after a wanted change: delete
tests/adapters/cassettes/rest_*.yaml and run with MARKETPLACE_SYNC_RECORD=1."""

from dataclasses import replace

import pytest

from adapters.base import Acknowledged, Rejected
from sandbox.odd import OddShop, serve
from test_rest_kit import BASIC, levels_of, outcomes_of, preset, rest_adapter
from wire_tape import FOLDER, recorded

PORT = 18726
SECRET = "odd_sandbox"


def tape(name, profile, credentials, form="wrapped", **options):
    def shop():
        odd = OddShop()
        odd.auth, odd.form = profile.auth, form
        odd.add_items(["SOCK", "Tasse/ü"], 5)
        return serve(odd, port=PORT)

    adapter = rest_adapter(f"http://127.0.0.1:{PORT}", profile, credentials, parallel=1)
    return recorded(f"rest_{name}", adapter, shop, **options)


def test_wrapped_list_with_basic():
    with tape("wrapped_basic", preset("odd"), BASIC, sent_headers=["Authorization"]) as adapter:
        outcomes = list(adapter.push(levels_of("SOCK", "Tasse/ü", "GONE", location="HAUPT")))
        assert [type(outcome) for outcome in outcomes] == [Acknowledged, Acknowledged, Rejected]


def test_bare_list_with_a_key_in_the_address():
    profile = replace(preset("odd"), auth="query", auth_name="key", list_key="")
    with tape("bare_query", profile, {"access_token": SECRET}, "bare", secrets=["key"]) as adapter:
        assert [type(outcome) for outcome in adapter.push(levels_of("SOCK", location="HAUPT"))] == [Acknowledged]


def test_one_a_call_with_a_token_in_a_header():
    profile = replace(
        preset("odd"), auth="header", auth_name="X-Zugang", token_format="Token {token}", shape="one", list_key=""
    )
    with tape("single_header", profile, {"access_token": SECRET}, "single", sent_headers=["X-Zugang"]) as adapter:
        outcomes = outcomes_of(adapter, levels_of("SOCK", "GONE", location="HAUPT"))
        assert [type(outcomes[sku]) for sku in ("SOCK", "GONE")] == [Acknowledged, Rejected]


@pytest.mark.parametrize("name", ["wrapped_basic", "bare_query", "single_header"])
def test_recordings_hold_no_secret(name):
    text = (FOLDER / f"rest_{name}.yaml").read_text()
    assert SECRET not in text
    assert "b2RkOm9kZF9zYW5kYm94" not in text
