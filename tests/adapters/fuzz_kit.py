# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the fuzz tests share: a marketplace's good answers, ways to spoil them, and what must hold however they are.

The good answers are the sandboxes', recorded once; the adapters are real, down to `requests`, whose way to the network
ends in a `Script`.
"""

import io
import logging
import random
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from unittest import mock

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from adapters.base import (
    Acknowledged,
    Adapter,
    AdapterError,
    Conflict,
    Connection,
    Deferred,
    Level,
    Rejected,
    RemoteItem,
    RemoteLocation,
    ShopInfo,
    Shown,
)
from adapters.cartona import CartonaAdapter
from adapters.wire.trouble import is_storable
from adapters.words import Text
from conformance.harness import Harness
from sandbox.serving import serve
from wire_kit import Time

MOST_REQUESTS = 400  # of one operation about a handful of items: more is a loop that an answer keeps going
LARGEST = 2**31 - 1  # what a database's integer holds
SKUS = ("SKU-0", "SKU-1", "SKU-2")
BODILY = ("content-length", "transfer-encoding", "content-encoding")
OPERATIONS = ("test", "locations", "find", "push", "read", "allowances")


@dataclass(frozen=True)
class Good:
    """One answer as it should be; `kind` tells answers to one kind of request from those to another."""

    kind: tuple
    status: int
    headers: dict
    body: bytes


@dataclass(frozen=True)
class Recording:
    """What a marketplace answers when all is well, by operation, and the levels it was asked about."""

    harness: type[Harness]
    levels: tuple[Level, ...]
    item_ids: dict
    answers: dict

    def alike(self, operation: str, kind: tuple) -> list[Good]:
        """The answers to requests of a kind, one after the other: in the operation, or else wherever it was sent."""
        for answers in (self.answers[operation], *self.answers.values()):
            if found := [good for good in answers if good.kind == kind]:
                return found
        return [Good((), 404, {}, b"")]


class Script:
    """The network: `answer(number, request)` says what the request of that number is answered with.

    :param answer: gives (status, headers, body), or an exception of `requests` to raise
    """

    def __init__(self, answer: Callable[[int, requests.PreparedRequest], tuple | Exception]):
        self._answer, self.sent = answer, 0

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **_options) -> requests.Response:
        number, self.sent = self.sent, self.sent + 1
        assert self.sent <= MOST_REQUESTS, "it does not end"
        answer = self._answer(number, request)
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        return adapter.build_response(
            request,
            HTTPResponse(io.BytesIO(body), headers, status, preload_content=False, decode_content=False),
        )

    @contextmanager
    def played(self) -> Iterator[None]:
        """While the block runs, nothing gets to the network."""
        with mock.patch.object(HTTPAdapter, "send", lambda adapter, request, **more: self.send(adapter, request)):
            yield


def kind_of(request: requests.PreparedRequest) -> tuple:
    """What tells the requests of one operation apart: method, path and, of GraphQL and Trading, what is called."""
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    call = request.headers.get("X-EBAY-API-CALL-NAME") or (body[:40] if b"query" in body[:12] else "")
    return request.method, request.url.partition("?")[0].partition("/")[2].partition("/")[2].partition("/")[2], call


@cache
def recording(harness: type[Harness]) -> Recording:
    """The good answers of a marketplace: of three items that it sells, and one that it does not know."""
    made, clock = harness(Time()), Time()
    seen = defaultdict(list)
    with serve(made.shop) as server:
        ids = {sku: made.add(sku, 5) for sku in SKUS}
        levels = [Level(n, ids[sku], made.location, 8, 5, sku=sku) for n, sku in enumerate(SKUS)]
        levels.append(Level(len(levels), made.unknown("SKU-X"), made.location, 8, 5, sku="SKU-X"))
        record = Recording(harness, tuple(levels), made.item_ids(ids), seen)
        original = HTTPAdapter.send
        for operation in OPERATIONS:

            def send(adapter, request, operation=operation, **options):
                response = original(adapter, request, **options)
                body = response.raw.read(decode_content=False)
                # Spoiled bodies have lengths of their own.
                headers = {name: text for name, text in response.headers.items() if name.lower() not in BODILY}
                seen[operation].append(Good(kind_of(request), response.status_code, headers, body))
                response.raw = HTTPResponse(
                    io.BytesIO(body), response.headers, response.status_code, preload_content=False)
                return response

            adapter = adapter_of(harness, clock, server.url)
            with mock.patch.object(HTTPAdapter, "send", send):
                consume(adapter, operation, record)
            adapter.close()
    return record


def adapter_of(harness: type[Harness], clock: Time, url: str = "https://shop.example.com") -> Adapter:
    """A marketplace's adapter that makes one call at a time and leaves nothing to chance: every run sends the same."""
    connection = Connection(
        url,
        harness.api_version,
        harness.credentials,
        harness.options,
        batch_size=min(harness.batch, 2),
        parallel=1,
        attempts=2,
        allow_private=True,
    )
    chance = {"chance": random.Random(0)} if harness.adapter is CartonaAdapter else {}
    return harness.adapter(connection, clock, clock.sleep, **chance)


def consume(adapter: Adapter, operation: str, record: Recording) -> list:
    """All that an operation brings."""
    match operation:
        case "find":
            return list(adapter.find([*SKUS, "SKU-X"], record.item_ids))
        case "push" | "read":
            return list(getattr(adapter, operation)(record.levels))
    found = getattr(adapter, operation)()
    return found if isinstance(found, list) else [found]


# === WHAT MUST HOLD === #


class Said(logging.Handler):
    """Whatever anybody logs, of every level, as text."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def outcomes_of(adapter: Adapter, operation: str, record: Recording, secrets: Iterable[str]) -> list:
    """What an operation brings by the time it ends, well or in an `AdapterError`; every single thing is checked."""
    found, said, error = [], Said(), None
    root = logging.getLogger()
    level, _ = root.level, root.addHandler(said)
    root.setLevel(logging.DEBUG)
    try:
        for one in _each(adapter, operation, record):
            found.append(one)
            check(one, record.levels)
    except AdapterError as raised:
        error = raised
    finally:
        root.removeHandler(said)
        root.setLevel(level)
        adapter.close()
    keys = [one.key for one in found if hasattr(one, "key")]
    assert len(keys) == len(set(keys)), "a level has two outcomes"
    if operation in ("push", "read") and error is None:
        assert set(keys) == {one.key for one in record.levels}, "a level has no outcome, and there is no error"
    texts = [repr(adapter), *said.lines, *(repr(one) for one in found if not isinstance(one, RemoteItem))]
    if error:
        _check_text(error.reason)
        _check_text(error.request_id)
        wait = getattr(error, "retry_after", None)
        assert wait is None or 0 <= wait < float("inf"), f"{wait} seconds"
        texts += [error.reason, error.request_id, *traceback.format_exception(error)]
    for secret in secrets:
        # So short a text is no secret: it would be found in many a word.
        assert len(secret) <= 3 or not any(secret in text for text in texts), "a secret is told"
    return found


def _each(adapter, operation, record):
    match operation:
        case "find":
            return adapter.find([*SKUS, "SKU-X"], record.item_ids)
        case "push" | "read":
            return getattr(adapter, operation)(record.levels)
    return consume(adapter, operation, record)


def check(one, levels: Sequence[Level]) -> None:
    """One result is of the types it promises, about what was asked for, and can be stored."""
    match one:
        case Acknowledged():
            assert type(one.quantity) is int
            assert one.quantity == _level(levels, one.key).quantity
        case Rejected():
            _level(levels, one.key)
            assert one.reason, "no reason"
            _check_text(one.code)
        case Conflict():
            _level(levels, one.key)
            assert type(one.actual) is int
            assert abs(one.actual) <= LARGEST
        case Deferred():
            _level(levels, one.key)
            assert one.until.tzinfo is None
        case Shown():
            _level(levels, one.key)
            assert (one.quantity is None) == bool(one.reason)
            assert one.quantity is None or (type(one.quantity) is int and abs(one.quantity) <= LARGEST)
        case RemoteItem():
            _check_text(one.external_id)
            assert one.external_id
            assert type(one.tracked) is bool
        case RemoteLocation():
            _check_text(one.external_id)
            assert one.external_id
            assert type(one.active) is bool
    for name in ("reason", "request_id", "name", "sku", "item_id"):
        if hasattr(one, name):
            _check_text(getattr(one, name))
    if isinstance(one, ShopInfo):
        for scope in one.missing_scopes:
            _check_text(scope)


def _level(levels, key):
    return next(level for level in levels if level.key == key)


def _check_text(text) -> None:
    """It is text, and PostgreSQL takes it."""
    assert type(text) in (str, Text), f"not a text: {text!r}"
    assert is_storable(text), f"no database takes {text[:50]!r}"
