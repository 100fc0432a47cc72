# SPDX-License-Identifier: LGPL-3.0-or-later
"""Find items where a profile says how, one call a SKU."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from ..base import Refused, RemoteItem
from ..wire import Answer, Batch, Step
from ..wire.trouble import RequestRefused, is_storable
from ..words import _lt
from .answers import CONTENT
from .errors import ExpressionError
from .expressions import evaluate
from .message import can_stand_in_path, filled
from .profile import RestProfile

_logger = logging.getLogger(__name__)


def find_tasks(
    profile: RestProfile, call: Callable[[str, str], Answer], skus: Iterable[str]
) -> Iterator[Callable[[], Step]]:
    """Tasks that together find every item with one of `skus`.

    :param call: sends a request, given method and path
    """
    for sku in filter(can_stand_in_path, skus):
        yield Batch(partial(_find, profile, call), [sku], _unsearchable)


def _unsearchable(sku: str, refusal: RequestRefused) -> Step:
    _logger.warning("marketplace_sync: not_searchable platform=rest searched=%r reason=%r", sku, refusal.reason)
    return Step()


def _find(profile: RestProfile, call: Callable[[str, str], Answer], skus: Sequence[str]) -> Step:
    [sku] = skus
    answer = call("GET", filled(profile.lookup_path, {"sku": sku}))
    if answer.status in (404, 410):
        return Step()
    if answer.status not in profile.success_statuses:
        reason = _lt("The shop cannot be searched for the SKU %(sku)s: HTTP %(status)s.", sku=sku, status=answer.status)
        if answer.status in CONTENT:
            raise RequestRefused(reason, str(answer.status), answer.request_id)
        raise Refused(reason, answer.request_id)
    body = answer.json(strict=not profile.any_content_type) if answer.body else None
    try:
        found = evaluate(profile.lookup_items, body)
        items = found if isinstance(found, list) else [] if found is None else [found]
        return Step([item for row in items if (item := _item(profile, row, sku))])
    except ExpressionError:
        raise answer.not_understood() from None


def _item(profile: RestProfile, row: Any, sku: str) -> RemoteItem | None:
    """The item that `row` describes; None when it is another one, as searches also give what is merely alike."""
    item_id, own_sku = _text(evaluate(profile.lookup_id, row)), _text(evaluate(profile.lookup_sku, row))
    if profile.lookup_sku and own_sku != sku:
        return None
    if profile.lookup_id and not item_id:
        return None
    return RemoteItem(item_id or sku, sku, item_id=item_id)


def _text(value: Any) -> str:
    is_text = isinstance(value, str | int) and not isinstance(value, bool) and is_storable(str(value))
    return str(value) if is_text else ""
