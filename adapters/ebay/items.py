# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ask eBay for inventory items by SKU, 25 a call."""

from collections.abc import Sequence

from ..base import AdapterError
from ..wire.trouble import RequestRefused
from .client import Client, Reply
from .errors import gravest, reason_of

#: SKUs in one bulk_get_inventory_item, at most
GROUP = 25


def items_now(client: Client, skus: Sequence[str]) -> tuple[dict[str, dict], Reply]:
    """What eBay says of each of `skus`, by SKU, with a whole `statusCode` below 500; and all of its answer.

    A SKU that is missing was not spoken of, or met a trouble of eBay's: it may exist or not.

    :param skus: no two alike
    :raises AdapterError: as `Client.inventory`
    """
    reply = client.inventory("POST", "/bulk_get_inventory_item", json={"requests": [{"sku": sku} for sku in skus]})
    if reply.responses is None:
        raise _refusal(reply)
    return {row["sku"]: row for row in reply.responses if isinstance(row.get("sku"), str) and _is_told(row)}, reply


def _is_told(row: dict) -> bool:
    status = row.get("statusCode")
    return isinstance(status, int) and status < 500


def _refusal(reply: Reply) -> AdapterError:
    """What to raise when eBay says nothing of any SKU."""
    if reply.status < 400:
        return reply.not_understood()
    fault = gravest(reply.faults)
    return RequestRefused(reason_of(fault, 1), fault.code, reply.request_id)
