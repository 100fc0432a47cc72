# SPDX-License-Identifier: LGPL-3.0-or-later
"""Do many small calls at the same time, and hand their results to one thread."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from ..base import AdapterError, Unavailable
from .errors import Busy


@dataclass(slots=True)
class Step:
    """What one task brought: results for the caller, and tasks that have to follow."""

    results: list = field(default_factory=list)
    follow_ups: list[Callable[[], "Step"]] = field(default_factory=list)


def run(tasks: Iterable[Callable[[], Step]], parallel: int) -> Iterator:
    """Run `tasks` and all that follow from them, and yield their results as they become known.

    `tasks` is drawn from only as fast as workers get free, so it may be as long as it likes. When a task
    raises an `AdapterError` no new one is started; those under way are finished and their results yielded,
    then the gravest error is raised. `Busy` concerns one task only: the others go on. When the caller stops
    iterating, calls under way are waited for, so that no thread is left behind.

    :param parallel: tasks at the same time
    :raises AdapterError: see above
    """
    troubles: list[AdapterError] = []
    stopped = threading.Event()

    def guarded(task: Callable[[], Step]) -> Step:
        # Workers stop by themselves: the caller may be busy with a result when the trouble begins.
        if stopped.is_set():
            return Step()
        try:
            return task()
        except Busy as error:
            troubles.append(error)
        except AdapterError as error:
            stopped.set()
            troubles.append(error)
        return Step()

    # One task in hand for each worker keeps them going while the caller looks at results.
    window = 2 * parallel
    source, urgent, running = iter(tasks), deque(), set()
    pool = ThreadPoolExecutor(parallel, thread_name_prefix="shopify")
    try:
        while True:
            while len(running) < window and not stopped.is_set():
                task = urgent.popleft() if urgent else next(source, None)
                if task is None:
                    break
                running.add(pool.submit(guarded, task))
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                step = future.result()
                urgent.extend(step.follow_ups)
                yield from step.results
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)
    if troubles:
        raise _gravest(troubles)


def _gravest(troubles: list[AdapterError]) -> AdapterError:
    """What a person must solve counts more than what time solves; of the latter, the longest wait."""
    return max(
        troubles,
        key=lambda error: (not isinstance(error, Unavailable), getattr(error, "retry_after", None) or 0.0),
    )
