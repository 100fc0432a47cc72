# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whatever is kept of requests and answers holds no secret, wherever it stood and however it was written."""

import base64
import html
import json
import string
from unittest.mock import patch
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.exchange import MASK
from adapters.wire import masking
from adapters.wire.masking import Mask, secrets_of

# What tokens are made of, the marks included that addresses, JSON, XML and shells write in another way.
SECRETS = st.text(string.ascii_letters + string.digits + "-._~+/=#^&<>\"'\\ %?é", min_size=4, max_size=40)
SPELLINGS = {
    "as it is": str,
    "in an address": quote,
    "in a query": quote_plus,
    "in full": lambda secret: quote(secret, safe=""),
    "in JSON": lambda secret: json.dumps(secret)[1:-1],
    "in JSON, as UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "in PHP's JSON": lambda secret: json.dumps(secret)[1:-1].replace("/", r"\/"),
    "in XML": html.escape,
    "in base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "in lower case": str.lower,
}
PLACES = (
    "{}", "Bearer {}", "https://shop.example/x?key={}&page=2", "https://shop.example/{}/items", '{{"a": "{}"}}',
    '{{"{}": 1}}', "<a b='{}'>{}</a>", "You sent {} and {}, did you not?", "{}{}", "\n{}\n",
)  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(secret=SECRETS, other=SECRETS, place=st.sampled_from(PLACES))
@example(secret="aaaa", other="aaaaaaaa", place="{}{}")
@example(secret="tok/en+1=", other="tok/en+1=2", place="You sent {} and {}, did you not?")
def test_no_secret_stays(spelling, secret, other, place):
    written = SPELLINGS[spelling](secret)
    text = place.format(written, SPELLINGS[spelling](other))
    shown = Mask({secret, other}).text(text)
    assert written not in shown and written not in Mask({secret, other}).body(text)[0]
    assert MASK in shown


@given(
    secret=st.text(string.ascii_letters, min_size=8, max_size=30), before=st.integers(0, 80), times=st.integers(1, 9)
)
def test_no_half_of_a_secret_stays_where_a_body_is_cut(secret, before, times):
    with patch.object(masking, "LONGEST_BODY", 64):
        shown, size, cut = Mask({secret}).body("." * before + secret * times + "." * 200)
    assert cut and len(shown) <= 64 and size == before + len(secret) * times + 200
    assert not set(shown) & set(string.ascii_letters)


def test_a_body_is_cut_and_says_so():
    mask = Mask(())
    assert mask.body(b"x" * masking.LONGEST_BODY) == ("x" * masking.LONGEST_BODY, masking.LONGEST_BODY, False)
    assert mask.body(b"x" * (masking.LONGEST_BODY + 1)) == (
        "x" * masking.LONGEST_BODY, masking.LONGEST_BODY + 1, True)  # fmt: skip
    assert mask.body(None) == mask.body("") == ("", 0, False)
    # What is read beyond the limit, lest half a secret stays, is not kept either.
    assert Mask({"s3cr3t" * 9}).body(b"x" * (masking.LONGEST_BODY + 1)) == (
        "x" * masking.LONGEST_BODY, masking.LONGEST_BODY + 1, True)  # fmt: skip


def test_what_is_no_text_is_not_kept():
    secret = "s3cr3t-s3cr3t"
    assert Mask({secret}).body(secret.encode("utf-16")) == ("", 2 * len(secret) + 2, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"access_token": "new", "expires_in": 5}', '{"access_token": "•••", "expires_in": 5}'),
        ('{"refreshToken":"a\\"b"}', '{"refreshToken":"•••"}'),
        ('{"client_secret": "broken of', '{"client_secret": "•••"'),
        ('{"code": "INVALID", "message": "no"}', '{"code": "INVALID", "message": "no"}'),
        ("grant_type=x&refresh_token=r&code=c", "grant_type=x&refresh_token=•••&code=•••"),
        ("https://x.example/a?api_key=k&page=2", "https://x.example/a?api_key=•••&page=2"),
        ("<a><eBayAuthToken>t</eBayAuthToken></a>", "<a><eBayAuthToken>•••</eBayAuthToken></a>"),
        ('<ns:Password type="x">t</ns:Password>', '<ns:Password type="x">•••</ns:Password>'),
    ],
)
def test_secrets_nobody_knows_go_by_their_names(text, shown):
    assert Mask(()).text(text) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer abc", "Bearer •••"),
        ("Authorization", "Basic YTpi", "Basic •••"),
        ("AuthorizationToken", "abc", "•••"),
        ("X-Shopify-Access-Token", "abc", "•••"),
        ("X-Api-Key", "abc", "•••"),
        ("Cookie", "a=b", "•••"),
        ("X-EBAY-API-IAF-TOKEN", "abc", "•••"),
        ("Content-Type", "application/json", "application/json"),
        ("X-Request-Id", "abc", "abc"),
    ],
)
def test_headers(name, value, shown):
    assert Mask(()).header(name, value) == shown


def test_pairs_that_are_sent_together():
    secrets = secrets_of({"client_id": "app", "client_secret": "s3cr3t", "token": None, "password": ""})
    assert secrets == {"s3cr3t", "app:s3cr3t"}
    sent = base64.b64encode(b"app:s3cr3t").decode()
    assert sent not in Mask(secrets).text(f"you sent {sent}")


def test_names_are_no_secrets():
    """They are often a part of the shop's address, which has to be readable, and to be sent to again."""
    credentials = {"username": "seller", "client_id": "an-app", "password": "s3cr3t", "token_expires_at": "2026-11-21"}
    address = "https://seller.example/an-app/items?since=2026-11-21"
    assert Mask(secrets_of(credentials)).text(address) == address


def test_a_database_can_hold_it():
    assert Mask(()).text("a\x00b\ud800c\td\n") == "a\ufffdb\ufffdc\td\n"
