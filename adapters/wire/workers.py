# SPDX-License-Identifier: LGPL-3.0-or-later
"""Do many small calls at the same time, and hand their results to one thread."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from ..base import AdapterError, Unavailable
from .apart import Apart, Batch, Step
from .recording import witnessed
from .trouble import Busy, Crashed, RequestRefused


def run(tasks: Iterable[Callable[[], Step]], parallel: int, apart: Apart | None = None) -> Iterator:
    """Run `tasks` and all that follow from them, and yield their results as they become known.

    `tasks` is drawn from only as fast as workers get free, so it may be as long as it likes. When a task
    raises an `AdapterError` no new one is started; those under way are finished and their results yielded,
    then the gravest error is raised. `Busy` concerns one task only: the others go on; and so do they when a `Batch`
    is refused or crashes, which is then done in parts. When the caller stops iterating, calls under way are waited
    for, so that no thread is left behind.

    :param parallel: tasks at the same time
    :param apart: what earlier runs of the same kind have shown, where one push takes several
    :raises AdapterError: see above
    """
    work = _Work(tasks, apart or Apart())
    # One task in hand for each worker keeps them going while the caller looks at results.
    window = 2 * parallel
    running = set()
    pool = ThreadPoolExecutor(parallel, thread_name_prefix="marketplace")
    try:
        while True:
            while len(running) < window and (task := work.next_task()):
                running.add(pool.submit(work.do, task))
            if not running:
                step = work.end()
                yield from step.results
                if not step.follow_ups:
                    break
            else:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from work.conclude(*future.result()).results
    finally:
        work.stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)
    if work.troubles:
        raise _gravest(work.troubles)


class _Work:
    """What is left to do, and what went wrong. Workers call `do` only."""

    def __init__(self, tasks: Iterable[Callable[[], Step]], apart: Apart):
        self._source, self._urgent, self._apart = iter(tasks), deque(), apart
        self.stopped = threading.Event()
        self.troubles: list[AdapterError] = []

    def next_task(self) -> Callable[[], Step] | None:
        if self.stopped.is_set():
            return None
        return self._urgent.popleft() if self._urgent else next(self._source, None)

    def do(self, task: Callable[[], Step]) -> tuple[Callable[[], Step], Step | AdapterError]:
        """Do a task; gives it with its step, or with the error that concerns nothing else."""
        # Workers stop by themselves: the caller may be busy with a result when the trouble begins.
        if self.stopped.is_set():
            return Step, Step()
        try:
            return task, witnessed(task)
        except AdapterError as error:
            if isinstance(task, Batch) and isinstance(error, RequestRefused | Crashed):
                return task, error
            self._note(error)
            return Step, Step()

    def conclude(self, task: Callable[[], Step], outcome: Step | AdapterError) -> Step:
        """What a task brought, in the end; what follows from it is in line."""
        return self._step(lambda: self._apart.after(task, outcome))

    def end(self) -> Step:
        """What is known only when nothing else is left to do."""
        return Step() if self.stopped.is_set() else self._step(self._apart.ended)

    def _step(self, find_out: Callable[[], Step]) -> Step:
        try:
            step = find_out()
        except AdapterError as error:
            self._note(error)
            return Step()
        for task in step.follow_ups:
            # A row that stands alone tells most: the sooner it does, the fewer calls are in vain.
            is_alone = isinstance(task, Batch) and len(task.rows) == 1
            (self._urgent.appendleft if is_alone else self._urgent.append)(task)
        return step

    def _note(self, error: AdapterError) -> None:
        self.troubles.append(error)
        if not isinstance(error, Busy):
            self.stopped.set()


def _gravest(troubles: list[AdapterError]) -> AdapterError:
    """What a person must solve counts more than what time solves; of the latter, the longest wait."""
    return max(
        troubles,
        key=lambda error: (not isinstance(error, Unavailable), getattr(error, "retry_after", None) or 0.0),
    )
