# SPDX-License-Identifier: LGPL-3.0-or-later
"""Publish quantities, and make sure of them where Cartona's answer does not."""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ..base import Acknowledged, Conflict, Connection, Level, Outcome, Rejected
from ..batching import batch_of, cut, rejected, without_doubles
from ..wire import Apart, Step, run
from ..wire.trouble import RequestRefused
from . import answers
from .client import UPDATE, UPDATE_BASE, Client
from .products import Product, Row, Target
from .readback import ReadBack, Seen
from .reasons import DUPLICATE, SHOWN_IN_STOCK, SHOWN_SOLD_OUT, reason_uncounted

GROUP = 10  # batches that are sent, and then vouched for by one sample
SAMPLE = 2  # rows of a group that are read back
LARGEST_BATCH = 1000

ALWAYS, SAMPLED, NEVER = "always", "sample", "never"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Rows Cartona took without a word about each.

    :param is_doubtful: it answered nothing at all, or something that does not fit
    """

    rows: list[Row]
    request_id: str
    is_doubtful: bool


class Push:
    """Publishes one supplier's levels.

    Where the answer has a result for a row, that counts. Whether Cartona gives one is not known; where it doesn't,
    the account's `verify` decides when the row is acknowledged:

    - ``always``: when the product has been read back and shows the number.
    - ``sample``: when rows chosen at random, 2 of each 10 batches (and so of each push of few rows), have been read
      back and show theirs. One that does not makes all rows of those batches be read back. This notices soon that
      Cartona ignores what it is sent, or does so with some of the batches; a single row it leaves out is found only
      when it happens to be chosen. It costs a fifth more calls: 10,000 rows take 120 with 100 rows a batch, 96 with
      125.
    - ``never``: when the HTTP status says that the request went well.

    A row that was read back and differs is sent once more and read back again; if it still differs, that is a
    `Conflict`. Should Cartona apply updates only some time after it answers, this is how it would show.

    :param client: how to call Cartona
    :param connection: the account; `batch_size` rows go in a call, 1,000 at most
    :param read_back: what rows are read by
    :param chance: what rows are chosen by
    """

    def __init__(self, client: Client, connection: Connection, read_back: ReadBack, chance: random.Random):
        self._client, self._read_back, self._chance = client, read_back, chance
        self._size = max(1, min(connection.batch_size, LARGEST_BATCH))
        self._supplier_code = str(connection.options.get("supplier_code") or "")
        self._verify = connection.options.get("verify") or SAMPLED
        self._speaks = False  # whether any answer so far had a body

    def outcomes(self, levels: Sequence[Level]) -> Iterator[Outcome]:
        first, doubles = without_doubles(levels, lambda level: level.external_id)
        for level in doubles:
            yield Rejected(level.key, DUPLICATE)
        rows = [Row(level, Target.of(level.external_id)) for level in first]
        # One for all groups: that Cartona works has been seen once it has taken any of them.
        apart = Apart()
        for group in cut(self._batches(rows), GROUP):
            yield from self._publish(group, apart)

    def _batches(self, rows: Collection[Row]) -> Iterator[list[Row]]:
        """Rows that go into one call: healthy ones before those that were refused, base products for themselves."""
        for suspect in (False, True):
            for is_base in (False, True):
                alike = (row for row in rows if row.level.suspect is suspect and row.target.is_base is is_base)
                yield from cut(alike, self._size)

    # === WRITE === #

    def _publish(self, batches: Collection[list[Row]], apart: Apart, is_retry: bool = False) -> Iterator[Outcome]:
        unsaid = []
        for result in run((batch_of(self._write, rows) for rows in batches), self._client.parallel, apart):
            if isinstance(result, Unsaid):
                unsaid.append(result)
            else:
                yield result
        yield from self._make_sure(unsaid, apart, is_retry)

    def _write(self, rows: Sequence[Row], again: bool = False) -> Step:
        sent = [row.wire(self._supplier_code) for row in rows]
        path = UPDATE_BASE if rows[0].target.is_base else UPDATE
        answer = self._client.send(path, sent)
        if answer.body:
            self._speaks = True
        elif self._speaks and not again:
            # Where others have a body, an empty answer is rather a lost one than a yes; writing again is safe, and
            # cheaper than reading all of it back.
            return Step(follow_ups=[batch_of(partial(self._write, again=True), rows)])
        body = answer.json() if answer.body else None
        verdicts, refusal = answers.verdicts(body, rows, sent), self._client.scrubbed(answers.refusal_in(body))
        if refusal and set(verdicts) <= {answers.UNSAID, answers.DOUBTFUL}:
            raise RequestRefused(refusal, "", answer.request_id, alike=refusal)
        step, silent, doubtful = Step(), [], []
        for row, verdict in zip(rows, verdicts, strict=True):
            if isinstance(verdict, str):
                step.results.append(Rejected(row.level.key, self._client.scrubbed(verdict), "", answer.request_id))
            elif verdict is answers.DOUBTFUL or (verdict is answers.UNSAID and (refusal or not answer.body)):
                doubtful.append(row)
            elif verdict is answers.UNSAID:
                silent.append(row)
            else:
                step.results.append(_acknowledged(row, answer.request_id))
        if self._verify == NEVER and not refusal:
            step.results += [_acknowledged(row, answer.request_id) for row in (*silent, *doubtful)]
            return step
        for unsure, is_doubtful in ((silent, False), (doubtful, True)):
            if unsure:
                step.results.append(Unsaid(unsure, answer.request_id, is_doubtful))
        return step

    # === MAKE SURE === #

    def _make_sure(self, unsaid: Collection[Unsaid], apart: Apart, is_retry: bool) -> Iterator[Outcome]:
        request_ids = {row.level.key: batch.request_id for batch in unsaid for row in batch.rows}
        trusted = [row for batch in unsaid if not batch.is_doubtful for row in batch.rows]
        doubted = [row for batch in unsaid if batch.is_doubtful for row in batch.rows]
        if self._verify == ALWAYS or not self._sample_is_right(trusted):
            trusted, doubted = [], [*doubted, *trusted]
        for row in trusted:
            yield _acknowledged(row, request_ids[row.level.key])
        found = self._read_back.of(doubted, partial(_refusal, is_retry=is_retry))
        different = []
        for row, seen in found.items():
            if not is_retry and _is_worth_another_try(row, seen):
                different.append(row)
            else:
                yield _outcome_of(row, seen, request_ids[row.level.key])
        if different:
            yield from self._publish(list(self._batches(different)), apart, is_retry=True)

    def _sample_is_right(self, rows: Sequence[Row]) -> bool:
        sample = self._chance.sample(rows, min(SAMPLE, len(rows)))
        return all(_shows(row, seen) for row, seen in self._read_back.of(sample).items())


def _acknowledged(row: Row, request_id: str) -> Acknowledged:
    return Acknowledged(row.level.key, row.level.quantity, request_id)


def _shows(row: Row, seen: Seen) -> bool:
    return isinstance(seen, list) and bool(seen) and all(product.shows(row) for product in seen)


def _is_worth_another_try(row: Row, seen: Seen) -> bool:
    return isinstance(seen, list) and not reason_uncounted(seen) and not _shows(row, seen)


def _outcome_of(row: Row, seen: Seen, request_id: str) -> Outcome:
    """What reading it back makes of a row that was written for the last time."""
    if isinstance(seen, RequestRefused):
        return rejected(row.level, seen)
    return _shown(row, seen, request_id)


def _refusal(row: Row, products: Sequence[Product], *, is_retry: bool) -> str:
    """Why the row is refused for what reading it back shows; empty when it is not."""
    if not is_retry and _is_worth_another_try(row, products):
        return ""
    outcome = _shown(row, products, "")
    return outcome.reason if isinstance(outcome, Rejected) else ""


def _shown(row: Row, products: Sequence[Product], request_id: str) -> Outcome:
    """What the products it is about show of such a row."""
    level = row.level
    if _shows(row, products):
        return _acknowledged(row, request_id)
    if reason := reason_uncounted(products):
        return Rejected(level.key, reason, request_id=request_id)
    wrong = next(product for product in products if not product.shows(row))
    actual = wrong.quantity * (wrong.unit_count if row.target.is_base else 1)
    if actual == level.quantity:
        return Rejected(level.key, SHOWN_SOLD_OUT if level.quantity else SHOWN_IN_STOCK, request_id=request_id)
    return Conflict(level.key, actual, request_id)
