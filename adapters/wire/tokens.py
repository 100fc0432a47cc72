# SPDX-License-Identifier: LGPL-3.0-or-later
"""Access tokens: a lasting one, or ones that are fetched and renewed before they end."""

import copy
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from ..base import AdapterError, Token, Unauthorized
from .trouble import utc, without_secrets

# Renew this many seconds before the end, or a tenth of a token's life if that is shorter.
_MARGIN = 600.0


class _HasRequestId(Protocol):
    @property
    def request_id(self) -> str: ...


A = TypeVar("A", bound=_HasRequestId)


class Secret(str):
    """A text that a traceback with local variables does not show."""

    __slots__ = ()

    def __repr__(self):
        return "'•••'"


@dataclass(frozen=True, slots=True)
class Refusals:
    """What to tell people, in the marketplace's own terms.

    :param missing: there is nothing to sign in with
    :param refused: the token is refused and there is no way to get another
    :param still_refused: a newly fetched one is refused as well
    """

    missing: str
    refused: str
    still_refused: str


class TokenKeeper:
    """Hands out the access token to use now, and renews it once when it is refused. Thread-safe.

    :param refusals: what to say when nothing helps
    :param clock: seconds since the epoch
    :param lasting: a token without an end; used before anything else
    :param stored: the token fetched last
    :param expires_at: its end, ISO 8601, UTC; empty when not known
    :param fetch: gets a token and its life in seconds (None when it lasts), or raises an `AdapterError`; None when
        there is nothing to get one with
    """

    def __init__(
        self,
        refusals: Refusals,
        clock: Callable[[], float],
        *,
        lasting: str = "",
        stored: str = "",
        expires_at: str = "",
        fetch: Callable[[], tuple[str, float | None]] | None = None,
    ):
        self._refusals, self._clock = refusals, clock
        self._fetch = None if lasting else fetch
        self._lock = threading.Lock()
        self._value = Secret(lasting or stored)
        self._renew_at = None if lasting else self._stored_deadline(expires_at)
        # What was handed out so far: an answer may repeat also the one before.
        self._known = {self._value}
        self._fetches = 0
        self._failure: AdapterError | None = None
        #: the newest token fetched, for the caller to store
        self.newest: Token | None = None

    def __repr__(self):
        return "<TokenKeeper>"

    @property
    def known(self) -> frozenset[str]:
        """All tokens handed out so far."""
        return frozenset(self._known)

    @property
    def renewable(self) -> bool:
        """Whether a refused token can be replaced without a person."""
        return self._fetch is not None

    def use(self, send: Callable[[str], A], is_refused: Callable[[A], bool]) -> A:
        """The answer to what `send` sends with the current token, or with a new one if that is refused.

        :param is_refused: whether an answer says that the token is not accepted
        :raises Unauthorized: the token is refused, also after one renewal
        :raises Unavailable: a new token was needed and could not be fetched now
        """
        token = self.current()
        answer = send(token)
        if is_refused(answer) and self.renewable:
            answer = send(self.replace(token))
        if is_refused(answer):
            raise self.still_refused(answer.request_id)
        return answer

    def current(self) -> str:
        """The token to send now; fetched when there is none, or it is about to expire.

        :raises Unauthorized: there are no credentials, or the marketplace refuses them
        :raises Unavailable: a new token was needed and could not be fetched now
        """
        seen = self._fetches
        with self._lock:
            if not self._value or (self._renew_at is not None and self._clock() >= self._renew_at):
                self._renew(seen)
            return self._value

    def replace(self, refused: str) -> str:
        """A token other than `refused`, which the marketplace does not accept.

        :raises Unauthorized: it gives no other
        :raises Unavailable: it could not be fetched now
        """
        seen = self._fetches
        with self._lock:
            # Another thread may have replaced it while this one waited.
            if self._value == refused:
                self._renew(seen)
            return self._value

    def still_refused(self, request_id: str = "") -> Unauthorized:
        """What to raise when nothing is left to try; no other token is fetched from then on."""
        if not self.renewable:
            return Unauthorized(self._refusals.refused, request_id)
        self._failure = Unauthorized(self._refusals.still_refused, request_id)
        return copy.copy(self._failure)

    def scrub(self, text: str, secrets: Iterable[str]) -> str:
        """`text` without any token or any of `secrets`."""
        return without_secrets(text, {*secrets, *self._known})

    def _stored_deadline(self, expires_at: str) -> float | None:
        """When to renew the stored token, in seconds since the epoch; None when its end is not known."""
        if not expires_at:
            return None
        try:
            moment = datetime.fromisoformat(expires_at)
        except ValueError:
            return 0.0
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - _MARGIN

    def _renew(self, seen: int) -> None:
        """Fetch a token, unless asking again would only annoy the marketplace.

        :param seen: fetches that had ended when the caller came: one that failed since then failed for it, too
        """
        if not self._fetch:
            raise Unauthorized(self._refusals.refused if self._value else self._refusals.missing)
        if self._failure and (isinstance(self._failure, Unauthorized) or self._fetches != seen):
            raise copy.copy(self._failure)
        try:
            value, life = self._fetch()
        except AdapterError as error:
            self._failure = copy.copy(error)
            # The frames it went through hold what was sent.
            raise error.with_traceback(None) from None
        finally:
            self._fetches += 1
        self._failure, self._value = None, Secret(value)
        # A new set: `scrub` may be reading the old one.
        self._known = {*self._known, self._value}
        now = self._clock()
        self._renew_at = None if life is None else now + life - min(_MARGIN, life / 10)
        self.newest = Token(value, None if life is None else utc(now) + timedelta(seconds=life))
