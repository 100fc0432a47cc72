# SPDX-License-Identifier: LGPL-3.0-or-later
"""HTTP calls of an account: what is sent, which error an answer is, and that none ever shows a secret."""

import json
import traceback

import pytest

from adapter_kit import json_answer
from adapters.base import AdapterError, Connection, Refused, Unauthorized, Unavailable
from adapters.wire import Answer, Http, TokenKeeper
from adapters.wire.pool import Pool
from adapters.wire.tokens import Refusals
from adapters.wire.trouble import Crashed
from test_shopify_kit import scripted
from wire_kit import Time

SECRET = "s3cr3t-s3cr3t"
REFUSALS = Refusals("missing", "refused", "still refused")


def authorize(request, token):
    request.headers["Authorization"] = f"Bearer {token}"


def http_to(url, time=None, fetch=None, stored=SECRET, **settings):
    time = time or Time()
    tokens = TokenKeeper(REFUSALS, time, stored=stored, fetch=fetch) if stored or fetch else None
    settings = {"read_timeout": 5.0, "allow_private": True, **settings}
    connection = Connection(url, credentials={"password": SECRET}, **settings)
    return Http("Shop", connection, time, time.sleep, tokens=tokens, authorize=authorize)


def error_of(answer, **settings):
    """The error one try of a call ends with when the shop answers thus."""
    with scripted(lambda *_: answer) as server, pytest.raises(AdapterError) as caught:
        http_to(server.url, **{"attempts": 1, **settings}).call("POST", "/x", json={})
    return caught.value


def test_what_is_sent_and_counted():
    with scripted(lambda *_: json_answer({"a": 1}, **{"X-Request-Id": "r-1"})) as server:
        http = http_to(server.url)
        answers = [http.call("POST", "/x", json={"n": 1}, allowance=name) for name in ("", "daily", "daily")]
    assert [(path, headers["Authorization"], body) for _method, path, headers, body in server.requests] == [
        ("/x", f"Bearer {SECRET}", {"n": 1})
    ] * 3
    assert [(answer.json(), answer.request_id) for answer in answers] == [({"a": 1}, "r-1")] * 3
    assert (http.calls, http.spent) == (3, {"daily": 2})


@pytest.mark.parametrize("status", [200, 207, 400, 404, 422])
def test_answers_the_adapter_has_to_read(status):
    with scripted(lambda *_: json_answer({}, status)) as server:
        assert http_to(server.url).call("POST", "/x", json={}).status == status


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (301, Refused, "somewhere else"),
        (401, Unauthorized, "refused"),
        (408, Unavailable, "HTTP 408"),
        (429, Unavailable, "rate limit"),
        (500, Crashed, "HTTP 500"),
        (502, Unavailable, "HTTP 502"),
        (503, Unavailable, "HTTP 503"),
        (504, Unavailable, "HTTP 504"),
    ],
)
def test_statuses(status, kind, words):
    error = error_of(json_answer({}, status, **{"X-Request-Id": "r-1"}))
    assert type(error) is kind
    assert words in error.reason
    assert error.request_id == "r-1"


def test_trouble_is_sat_out():
    answers = [json_answer({}, 503), json_answer({}, 429, **{"Retry-After": "3"}), json_answer({})]
    time = Time()
    with scripted(lambda *_: answers.pop(0)) as server:
        http = http_to(server.url, time)
        assert http.call("POST", "/x", json={}).status == 200
    assert http.calls == 3
    assert sum(time.slept) >= 3


def test_answer_that_the_adapter_does_not_understand_is_asked_for_again():
    answers = [(200, {}, b"<html>"), (200, {}, b'{"a"'), json_answer({"a": 1})]
    with scripted(lambda *_: answers.pop(0)) as server:
        http = http_to(server.url)
        assert http.call("POST", "/x", json={}, check=lambda answer: answer.json()).json() == {"a": 1}
    assert http.calls == 3


def test_token_is_renewed_once():
    def answer(_path, body):
        return json_answer({}, 401) if len(server.requests) < accepted_from else json_answer({})

    with scripted(answer) as server:
        accepted_from = 2
        assert http_to(server.url, fetch=lambda: ("new", None)).call("POST", "/x", json={}).status == 200
        assert [headers["Authorization"] for _method, _path, headers, _body in server.requests][1] == "Bearer new"
        accepted_from = 99
        http = http_to(server.url, fetch=lambda: ("new", None))
        with pytest.raises(Unauthorized, match="still refused"):
            http.call("POST", "/x", json={})
        assert http.calls == 2


def test_nothing_follows_a_redirect():
    with scripted(lambda *_: json_answer({})) as thief:
        assert isinstance(error_of(json_answer({}, 307, Location=thief.url)), Refused)
        assert thief.requests == []


def test_passwords_of_the_machine_are_not_sent(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(lambda *_: json_answer({})) as server:
        http_to(server.url, stored="").call("POST", "/x", json={})
        assert "Authorization" not in server.requests[0][2]


def test_a_token_request_that_crashes_is_nobodys_fault():
    with scripted(lambda *_: json_answer({}, 500)) as server, pytest.raises(Unavailable) as caught:
        http_to(server.url).plain("POST", server.url, json={})
    assert type(caught.value) is Unavailable


@pytest.mark.parametrize("url", ["nonsense", "ftp://shop", "http://", "http://[", "http://a b", "http://\udcff"])
def test_address_that_is_none(url):
    with pytest.raises((Refused, Unavailable, Unauthorized)):
        http_to(url, attempts=1).call("GET", "/x")


# === READING === #


def answer_with(body, content_type="application/json"):
    return Answer("Shop", 200, {"Content-Type": content_type}, body)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"<html>", b"[" * 100_000])
def test_body_that_is_no_json(body):
    with pytest.raises(Unavailable, match="not understood") as caught:
        answer_with(body).json()
    assert caught.value.__context__ is None


def test_other_content_types():
    with pytest.raises(Unavailable, match="something else"):
        answer_with(b"{}", "text/html").json()
    assert answer_with(b"{}", "text/plain").json(strict=False) == {}


# === SECRETS === #


def everything_in(error):
    """All that a log could show of an exception: its chain, its fields, and what its frames hold."""
    text, seen, todo = [], set(), [error]
    while todo:
        error = todo.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        # Frames of the test itself hold what it sent.
        frames.stack = traceback.StackSummary.from_list([f for f in frames.stack if not f.name.startswith("test_")])
        text += [str(error), repr(error), repr(error.args), repr(vars(error)), "".join(frames.format(chain=False))]
        todo += [error.__cause__, error.__context__]
    return "".join(text)


ANSWERS = [
    json_answer({"said": SECRET}, 301),
    json_answer({"said": SECRET}, 401),
    json_answer({"said": SECRET}, 429),
    json_answer({"said": SECRET}, 500),
    json_answer({"said": SECRET}, 503),
    (200, {}, f'{{"token": "{SECRET}'.encode()),
    (200, {"Content-Type": "text/html"}, SECRET.encode()),
]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("how", ["call", "plain", "fetch"])
def test_no_secret_in_any_error(answer, how, caplog):
    caplog.set_level("DEBUG")

    def check(answer):
        body = answer.json()
        raise Unavailable(f"The shop says {body}")

    def read(answer):
        body = answer.json()
        raise Unauthorized(f"The shop says {body}")

    with scripted(lambda *_: answer) as server:
        secrets = {"json": {"client_secret": SECRET}, "auth": ("me", SECRET)}
        # The token itself is good: what it is fetched with is at stake.
        fetching = http_to(server.url, stored="", attempts=1)
        http = http_to(
            server.url,
            fetch=(lambda: read(fetching.plain("POST", server.url, **secrets))) if how == "fetch" else None,
            stored="" if how == "fetch" else SECRET,
            attempts=2,
        )
        with pytest.raises(AdapterError) as caught:
            if how == "plain":
                http.plain("POST", server.url, **secrets)
                raise Refused("it is read by the adapter")
            http.call("POST", "/x", json={}, check=check)
    assert "s3cr3t" not in everything_in(caught.value)
    assert "s3cr3t" not in caplog.text


@pytest.mark.parametrize("secret", [SECRET + "\n", "s3cr3t-ключ"])
def test_no_secret_when_it_cannot_be_sent(secret):
    with pytest.raises(Unauthorized, match="Copy it again") as caught:
        http_to("http://127.0.0.1:9", stored=secret).call("GET", "/x")
    assert "s3cr3t" not in everything_in(caught.value)


def test_no_secret_when_nobody_answers():
    with pytest.raises(Unavailable) as caught:
        http_to("http://127.0.0.1:9").call("GET", "/x", params={"key": SECRET})
    # What the caller itself put into the request is its own to hide.
    assert "s3cr3t" not in everything_in(caught.value).replace(repr({"key": SECRET}), "")


def test_secrets_are_scrubbed_without_tokens_too():
    assert http_to("http://127.0.0.1:9", stored="").scrubbed(f"no {SECRET}!") == "no •••!"


def test_no_secret_in_the_shops_own_words():
    def refuse(answer):
        raise Refused(f"The shop says: you sent {answer.json()}", answer.request_id)

    answer = json_answer(SECRET, **{"X-Request-Id": SECRET})
    with scripted(lambda *_: answer) as server, pytest.raises(Refused) as caught:
        http_to(server.url).call("GET", "/x", check=refuse)
    error = caught.value
    assert (error.reason, str(error), error.request_id) == (*["The shop says: you sent •••"] * 2, "•••")


# === CONNECTIONS === #


def test_pool_lends_each_to_one():
    closed = []

    class Thing:
        def close(self):
            closed.append(self)

    pool = Pool(Thing)
    with pool.lend() as first, pool.lend() as second:
        assert first is not second
    # The one given back last is the freshest.
    with pool.lend() as again:
        assert again is first
    pool.close()
    assert set(closed) == {first, second}


def test_given_back_also_after_trouble():
    pool = Pool(object)
    with pytest.raises(ValueError, match="x"), pool.lend() as first:
        raise ValueError("x")
    with pool.lend() as again:
        assert again is first


def test_json_stays_what_was_sent():
    body = json.dumps({"name": "قميص 🧦"}, ensure_ascii=False).encode()
    assert answer_with(body).json() == {"name": "قميص 🧦"}
