# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cartona's calls: read products, write their stock."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count
from typing import Any

import requests

from ..base import Connection, Refused
from ..batching import words_of
from ..exchange import Exchange
from ..wire import Answer, Http, Step, TokenKeeper, run
from ..wire.tokens import Refusals
from ..wire.trouble import RequestRefused
from ..words import _lt
from .products import Product, Target

PRODUCTS = "/api/v1/supplier-product"
UPDATE = f"{PRODUCTS}/bulk-update"
# As the vendor's Postman collection has it; its document says base-product/bulk-update-stock.
UPDATE_BASE = f"{PRODUCTS}/base-product/bulk-update-stock"
PER_PAGE = 100  # what the vendor's module asks for; whether more is possible is not known

# Statuses that can mean what the request says. Which of them Cartona uses is not known.
_CONTENT = frozenset({400, 409, 413, 422})
_REFUSALS = Refusals(
    missing=_lt("The account has no access token: enter the one Cartona gave you."),
    refused=_lt("Cartona refuses the access token: enter a valid one."),
    still_refused=_lt("Cartona refuses the access token: enter a valid one."),
)


class Client:
    """Calls of one supplier. Thread-safe.

    :param connection: see `CartonaAdapter`
    :param clock: seconds since the epoch
    :param sleep: waits a number of seconds
    """

    def __init__(self, connection: Connection, clock: Callable[[], float], sleep: Callable[[float], None]):
        tokens = TokenKeeper(_REFUSALS, clock, lasting=connection.credentials.get("access_token", ""))
        self._http = Http("Cartona", connection, clock, sleep, tokens=tokens, authorize=_authorize)
        # "All requests should send an extra internal_supplier_code", says the vendor's document, not where.
        code = connection.options.get("supplier_code")
        self._query = {"internal_supplier_code": code} if code else {}
        self.parallel = connection.parallel

    @property
    def calls(self) -> int:
        return self._http.calls

    def scrubbed(self, words: str) -> str:
        """Cartona's own words, without a secret that they might repeat."""
        return self._http.scrubbed(words)

    def named(self, target: Target) -> list[Product]:
        """The products a query for `target` gives, each really named by it.

        :raises RequestRefused: Cartona does not take this name
        """
        products = self._products({target.name: target.value, "page": 1, "per_page": PER_PAGE})
        return [product for product in products if product.is_named_by(target)]

    def first_page(self) -> list[Product]:
        return self._products({"page": 1, "per_page": PER_PAGE})

    def pages(self) -> Iterator[list[Product]]:
        """All products of the supplier, page after page, several read at the same time.

        No answer says how many pages there are: an empty one is the end, or one that brings nothing new, in case
        pages are not counted at all.
        """
        first = self.first_page()
        yield first
        seen = {product.id for product in first}
        begin, ended = 2, not first
        if len(first) < PER_PAGE and not ended:
            # Nearly always the last one; but perhaps Cartona's pages are shorter than asked for.
            second, begin = self._page(2), 3
            ended = seen.issuperset(product.id for product in second)
            yield second

        def tasks() -> Iterator[Callable[[], Step]]:
            for number in count(begin):
                if ended:
                    return
                yield partial(self._page_step, number)

        for page in run(tasks(), self.parallel):
            ended = ended or seen.issuperset(product.id for product in page)
            seen.update(product.id for product in page)
            yield page

    def send(self, path: str, rows: Iterable[dict]) -> Answer:
        """Send rows as the top-level list that Cartona's bulk updates take.

        :return: an answer whose body is JSON, or empty
        :raises RequestRefused: Cartona refuses the list for what it says
        """
        answer = self._http.call(
            "POST", path, json=list(rows), params=self._query, is_refused=_is_token_refused, check=_check_written
        )
        self._judge(answer, path)
        return answer

    def repeat(self, exchange: Exchange) -> None:
        """See `base.Adapter.repeat`."""
        self._http.repeat(exchange)

    def close(self) -> None:
        self._http.close()

    def _page(self, number: int) -> list[Product]:
        return self._products({"page": number, "per_page": PER_PAGE})

    def _page_step(self, number: int) -> Step:
        return Step([self._page(number)])

    def _products(self, query: dict[str, Any]) -> list[Product]:
        answer = self._http.call(
            "GET", PRODUCTS, params={**query, **self._query}, is_refused=_is_token_refused, check=_check_listing
        )
        self._judge(answer, PRODUCTS)
        return [Product.of(row) for row in answer.json()]

    def _judge(self, answer: Answer, path: str) -> None:
        if 200 <= answer.status < 300:
            return
        words = self.scrubbed(words_of(answer)) or f"HTTP {answer.status}"
        if answer.status in _CONTENT:
            # One status stands for whatever can be wrong: only with the same words is it the same.
            alike = f"{answer.status} {words}"
            raise RequestRefused(_lt("Cartona refuses this: %s", words), str(answer.status), answer.request_id, alike)
        raise Refused(_lt("Cartona does not answer at %(path)s: %(words)s", path=path, words=words), answer.request_id)


def _authorize(request: requests.Request, token: str) -> None:
    request.headers["AuthorizationToken"] = token


def _is_token_refused(answer: Answer) -> bool:
    return answer.status in (401, 403)


def _check_listing(answer: Answer) -> None:
    if 200 <= answer.status < 300:
        body = answer.json()
        if not (isinstance(body, list) and all(isinstance(row, dict) for row in body)):
            raise answer.not_understood()


def _check_written(answer: Answer) -> None:
    # An empty body may well be how Cartona says yes: nobody knows. A page of HTML is not.
    if 200 <= answer.status < 300 and answer.body:
        answer.json()
