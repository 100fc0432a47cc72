# SPDX-License-Identifier: LGPL-3.0-or-later
"""Any REST marketplace as an `Adapter`."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from urllib.parse import urlsplit

from ..base import (
    Acknowledged,
    Adapter,
    Connection,
    Level,
    Outcome,
    Refused,
    Rejected,
    RemoteItem,
    RemoteLocation,
    ShopInfo,
    Shown,
)
from ..batching import cut, rejected, without_doubles
from ..exchange import Exchange
from ..wire import Answer, Batch, Http, Step, TokenKeeper, run
from ..wire.tokens import Refusals
from ..wire.trouble import RequestRefused
from ..words import _lt
from .answers import GONE, UNKNOWN, Reader
from .logmask import mask_in_logs
from .lookup import find_tasks
from .message import Composer, authorize, secret_of
from .preview import Preview, preview_of
from .profile import LARGEST_BATCH, RestProfile
from .read import Reading

DUPLICATE = _lt("Two listings publish the same item at the same place: archive one of them.")
_INVALID = _lt("The shop refuses the credentials: enter valid ones.")
_REFUSALS = Refusals(
    missing=_lt("The account has no credentials: enter the access token, or the user name and the password."),
    refused=_INVALID,
    still_refused=_INVALID,
)


class RestAdapter(Adapter):
    """One account of a marketplace that a `RestProfile` describes.

    :param connection: `options` hold the `profile`; `credentials` hold `access_token`, or `username` and `password`, as
        the profile's `auth` wants it
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    """

    largest_batch = LARGEST_BATCH
    default_batch = 100
    # A guess: nothing is known of a marketplace nobody named. Slow enough for a small shop.
    default_rate = 10.0

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._connection = connection
        self._profile: RestProfile = connection.options["profile"]
        self._composer = Composer(self._profile)
        self._reader = Reader(self._profile, self._composer)
        self.can_read = bool(self._profile.read_path)
        self.looks_cheaply = self._profile.looks_cheaply
        tokens = None
        if self._profile.auth != "none":
            tokens = TokenKeeper(_REFUSALS, clock, lasting=secret_of(self._profile, connection))
        if self._profile.auth == "query":
            mask_in_logs(self._profile.auth_name)
        # What sentences begin with: its host, as nobody knows what people call it.
        self._name = urlsplit(connection.base_url).hostname or connection.base_url
        self._http = Http(
            self._name, connection, clock, sleep, tokens=tokens, authorize=partial(authorize, self._profile)
        )

    @property
    def calls(self) -> int:
        return self._http.calls

    def test(self) -> ShopInfo:
        """Read the profile's test path. Without one only this is known afterwards: the shop is there, and does not
        refuse the credentials for reading where it is written."""
        profile = self._profile
        answer = self._call("GET", profile.test_path or profile.path.partition("{")[0].partition("?")[0])
        if profile.test_path and answer.status not in profile.success_statuses:
            raise Refused(
                _lt("The shop answers HTTP %(status)s at %(path)s.", status=answer.status, path=profile.test_path),
                answer.request_id,
            )
        return ShopInfo(self._name)

    def locations(self) -> list[RemoteLocation]:
        """Those the profile names; one place for a marketplace without locations."""
        named = [RemoteLocation(code, code) for code in self._profile.locations]
        return named or [RemoteLocation("default", _lt("Default"))]

    def find(self, skus: Collection[str], item_ids: Mapping[str, str] = MappingProxyType({})) -> Iterator[RemoteItem]:
        """As `Adapter.find`. Where the profile has nothing to look up with, every SKU is taken for an item; that it is
        none shows when its quantity is refused."""
        wanted = [sku for sku in dict.fromkeys(skus) if sku and not sku.isspace()]
        yield from (RemoteItem(item_id, sku, item_id=item_id) for item_id, sku in item_ids.items())
        if self._profile.lookup_path:
            yield from run(find_tasks(self._profile, self._call, wanted), self._connection.parallel)
        else:
            yield from (RemoteItem(sku, sku) for sku in wanted)

    def push(self, levels: Sequence[Level]) -> Iterator[Outcome]:
        possible = []
        for level in levels:
            if reason := self._composer.reason_against(level):
                yield Rejected(level.key, reason)
            else:
                possible.append(level)
        first, doubles = without_doubles(possible, self._place)
        yield from (Rejected(level.key, DUPLICATE) for level in doubles)
        yield from run(map(self._as_task, self._batches(first)), self._connection.parallel)

    def read(self, levels: Sequence[Level]) -> Iterator[Shown]:
        """As `Adapter.read`, where the profile has a path to read."""
        if not self.can_read:
            return super().read(levels)
        reading = Reading(self._profile, self._composer, self._reader, self._read)
        return run(reading.tasks(levels), self._connection.parallel)

    def preview(self, levels: Sequence[Level]) -> Preview:
        """The first request that pushing `levels` would send, with its secrets masked. Sends nothing.

        :raises Refused: the first level could not be pushed at all
        """
        if reason := self._composer.reason_against(levels[0]):
            raise Refused(reason)
        batch = next(self._batches(levels))
        return preview_of(self._profile, self._connection, self._composer.message(batch))

    def repeat(self, exchange: Exchange) -> None:  # pylint: disable=method-required-super
        self._http.repeat(exchange)

    def close(self) -> None:
        self._http.close()

    def _place(self, level: Level) -> tuple[str, str]:
        return level.external_id, level.location_id if self._profile.sends_location else ""

    def _batches(self, levels: Iterable[Level]) -> Iterator[list[Level]]:
        """What goes into one request: levels of one path, those that were refused before for themselves."""
        size = 1 if self._profile.shape == "one" else min(self._connection.batch_size, self._profile.batch_size)
        groups: defaultdict[tuple[bool, str], list[Level]] = defaultdict(list)
        for level in levels:
            groups[level.suspect, level.location_id if "{location}" in self._profile.path else ""].append(level)
        for group in sorted(groups):
            yield from cut(groups[group], size)

    def _as_task(self, levels: Sequence[Level]) -> Batch:
        # Where nothing is looked up, many an item may be none, and each is refused in the same words.
        is_guess = self._profile.shape == "one" and not self._profile.lookup_path
        return Batch(self._send, levels, _reject, suspect=levels[0].suspect or is_guess)

    def _send(self, levels: Sequence[Level]) -> Step:
        message = self._composer.message(levels)
        answer = self._call(message.method, message.path, check=self._reader.check, json=message.body)
        if self._reader.is_gone(answer):
            return Step([self._rejected(level, UNKNOWN, str(answer.status), answer) for level in levels])
        if trouble := self._reader.trouble(answer):
            self._http.scrub(trouble)
            raise trouble
        reasons = self._reader.reasons(levels, answer)
        return Step(
            [
                self._rejected(level, reason, "", answer)
                if reason
                else Acknowledged(level.key, level.quantity, answer.request_id)
                for level, reason in zip(levels, reasons, strict=True)
            ]
        )

    def _read(self, path: str, may_lack: bool) -> Answer | None:
        """The answer to a read.

        :param may_lack: give None when there is nothing at this path
        """
        answer = self._call("GET", path, check=self._reader.check_read)
        if may_lack and answer.status in GONE:
            return None
        if trouble := self._reader.trouble(answer):
            self._http.scrub(trouble)
            raise trouble
        return answer

    def _rejected(self, level: Level, reason: str, code: str, answer: Answer) -> Rejected:
        return Rejected(level.key, self._http.scrubbed(reason), code, answer.request_id)

    def _call(self, method: str, path: str, check: Callable[[Answer], None] = lambda answer: None, **request) -> Answer:
        answer = self._http.call(
            method, path, headers=dict(self._profile.headers), is_refused=_is_refused, check=check, **request
        )
        if _is_refused(answer):
            raise Refused(_lt("The shop wants credentials, but the request format sends none."), answer.request_id)
        return answer


def _reject(level: Level, refusal: RequestRefused) -> Step:
    return Step([rejected(level, refusal)])


def _is_refused(answer: Answer) -> bool:
    return answer.status in (401, 403)
