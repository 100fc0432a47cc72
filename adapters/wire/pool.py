# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keep what is dear to open, and lend it to one thread at a time."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)


class Pool(Generic[T]):
    """As many as are needed at the same time, the one used last first, since its connection is the freshest.

    :param make: opens another one
    """

    def __init__(self, make: Callable[[], T]):
        self._make = make
        self._idle: queue.LifoQueue[T] = queue.LifoQueue()

    @contextmanager
    def lend(self) -> Iterator[T]:
        """One that nobody else uses in the block."""
        try:
            lent = self._idle.get_nowait()
        except queue.Empty:
            lent = self._make()
        try:
            yield lent
        finally:
            self._idle.put(lent)

    def close(self) -> None:
        """Close idle ones; more can be lent afterwards."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return
