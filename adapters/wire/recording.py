# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tell an account's recorder what was sent and answered.

Whether a request has failed is often known only when its answer was understood: a marketplace may refuse an item with
HTTP 200. So the last request of each thread is remembered, by reference, until the task it was sent for has ended, or
the next one is sent. Only what the recorder takes is masked, cut and copied; what went well costs nothing else.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from ..base import AdapterError, Connection, Level, Outcome, Rejected, Shown
from ..exchange import Exchange
from ..words import revised
from .apart import Step
from .masking import Mask, secrets_of
from .trouble import utc


@dataclass(slots=True)
class Sent:
    """A request that was sent, and its answer, as they are: with their secrets.

    :param at: when, in seconds since the epoch
    :param hides: the bodies are secrets themselves: tokens are asked for
    :param request: None when there could not even be one
    :param seconds: from sending until the whole answer was there
    """

    at: float
    writes: bool
    hides: bool = False
    request: requests.PreparedRequest | None = field(default=None, repr=False)
    seconds: float = 0.0
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    answer: bytes = field(default=b"", repr=False)
    request_id: str = ""
    trouble: str = ""


class Tape:
    """Takes down the requests of one account. Thread-safe.

    :param connection: who is told, and of which account
    :param tokens: gives the access tokens handed out so far
    """

    def __init__(self, connection: Connection, tokens: Callable[[], Iterable[str]]):
        self._recorder, self._credentials, self._tokens = connection.recorder, connection.credentials, tokens

    def note(self, sent: Sent) -> None:
        """Remember a request until it is known what came of it."""
        if not self._recorder or not sent.request:
            return
        self._recorder.time(sent.seconds)
        settle()
        _thread.pending = self, sent

    def tell(self, sent: Sent, keys: tuple[Hashable, ...]) -> None:
        """Hand a request on, if the recorder wants it."""
        if sent.trouble or self._recorder.everything:
            self._recorder.keep(self._exchange(sent, keys))

    def _exchange(self, sent: Sent, keys: tuple[Hashable, ...]) -> Exchange:
        mask = Mask(secrets_of(self._credentials) | set(self._tokens()))
        request = sent.request
        body, body_size, body_cut = mask.body(b"" if sent.hides else request.body)
        # An answer that gives a token is never shown; one that refuses it says why.
        answer, answer_size, answer_cut = mask.body(b"" if sent.hides and sent.status < 400 else sent.answer)
        return Exchange(
            method=request.method or "",
            url=mask.text(request.url or ""),
            headers=tuple((name, mask.header(name, _text(value))) for name, value in request.headers.items()),
            body=body,
            status=sent.status,
            answer=answer,
            milliseconds=sent.seconds * 1000,
            request_id=mask.text(sent.request_id),
            sent_at=utc(sent.at),
            writes=sent.writes,
            trouble=revised(sent.trouble, mask.text),
            keys=() if sent.hides else keys,
            body_size=body_size,
            answer_size=answer_size,
            body_cut=body_cut or sent.hides,
            answer_cut=answer_cut,
        )


class _Thread(threading.local):
    """What this thread is doing: its task, the levels that one has spoken of, and the last request."""

    task: Any = None
    keys: tuple[Hashable, ...] = ()
    pending: tuple[Tape, Sent] | None = None


_thread = _Thread()


def blame(reason: str) -> None:
    """Say that this thread's last request has failed; the first reason counts."""
    if _thread.pending:
        sent = _thread.pending[1]
        sent.trouble = sent.trouble or reason


def settle() -> None:
    """Say that nothing else will be known of this thread's last request."""
    pending, _thread.pending = _thread.pending, None
    if pending:
        tape, sent = pending
        tape.tell(sent, _thread.keys or _keys_of(_thread.task))


def witnessed(task: Callable[[], Step]) -> Step:
    """Do a task, and blame its last request for what it raises and for the levels it rejects."""
    _thread.task = task
    try:
        step = task()
    except AdapterError as error:
        blame(error.reason)
        raise
    else:
        if _thread.pending:
            blame(next((found.reason for found in step.results if isinstance(found, Rejected)), ""))
            _thread.keys = _keys_of(task) or tuple(
                found.key for found in step.results if isinstance(found, Outcome | Shown)
            )
        return step
    finally:
        settle()
        _thread.task, _thread.keys = None, ()


def _keys_of(task: Any) -> tuple[Hashable, ...]:
    """Of the levels a task is about, where it has some."""
    levels = (getattr(row, "level", row) for row in getattr(task, "rows", ()))
    return tuple(level.key for level in levels if isinstance(level, Level))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
