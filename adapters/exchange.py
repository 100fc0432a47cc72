# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is told about requests to whoever wants to know: masked and cut before it leaves the adapter."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime

#: what stands where a secret stood
MASK = "•••"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, fit to be kept: without secrets, and without most of what is very long.

    :param url: the address with its query
    :param headers: of the request, in the order they were sent
    :param body: what was sent, `body_size` bytes; `body_cut` when this is not all of it
    :param status: of the answer, 0 when there was none
    :param answer: what was answered, `answer_size` bytes; `answer_cut` when this is not all of it
    :param milliseconds: from sending until the whole answer was there
    :param request_id: the marketplace's name for it, empty where it gives none
    :param sent_at: naive UTC
    :param writes: it may have changed something in the shop
    :param trouble: what was wrong with it, for people; empty when all went well
    :param keys: of the levels it was about, where that is known, see `base.Level.key`
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    status: int
    answer: str
    milliseconds: float
    request_id: str
    sent_at: datetime
    writes: bool
    trouble: str = ""
    keys: tuple[Hashable, ...] = ()
    body_size: int = 0
    answer_size: int = 0
    body_cut: bool = False
    answer_cut: bool = False


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who is told. Both are called in whatever thread a request was sent, many at a time.

    :param keep: takes the requests that failed
    :param time: takes the seconds each request took, answered or not
    :param everything: `keep` takes also those that went well
    """

    keep: Callable[[Exchange], None]
    time: Callable[[float], None]
    everything: bool = False
