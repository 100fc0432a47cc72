# SPDX-License-Identifier: LGPL-3.0-or-later
"""Setting quantities: all checks first, and nothing is applied unless every row passes.

Facts noted from Shopify's schema and documentation: the codes and their messages, 250 rows, 1e9 units,
`changeFromQuantity` present in every row, one bad row refuses all. From answers others saw: the wording of a
missing directive and of a missing `changeFromQuantity`. Unknown, so our reading: one error a row, the first
that applies; that an untracked item is NON_MUTABLE_INVENTORY_ITEM and an inactive location INVALID_LOCATION.
"""

import asyncio
import re
import time
from datetime import UTC, datetime
from itertools import count

from graphql import get_directive_values

from . import idempotency, older
from .errors import check_gid, refused
from .stock import Write

MAX_ROWS = 250
MAX_QUANTITY = 1_000_000_000
# https://shopify.dev/docs/apps/fulfillment/inventory-management-apps/quantities-states
REASONS = frozenset(
    {
        "correction",
        "cycle_count_available",
        "damaged",
        "movement_canceled",
        "movement_created",
        "movement_received",
        "movement_updated",
        "other",
        "promotion",
        "quality_control",
        "received",
        "reservation_created",
        "reservation_deleted",
        "reservation_updated",
        "restock",
        "safety_stock",
        "shrinkage",
    }
)
URI = re.compile(r"(?!gid:)[A-Za-z][A-Za-z0-9+.-]*:\S+|gid://[^/\s]+/[^/\s]+/\S+")
MESSAGES = {
    "CHANGE_FROM_QUANTITY_STALE": "The changeFromQuantity value does not match persisted value.",
    "INVALID_INVENTORY_ITEM": "The specified inventory item could not be found.",
    "INVALID_LOCATION": "The specified location could not be found.",
    "INVALID_NAME": "The quantity name must be either 'available' or 'on_hand'.",
    "INVALID_QUANTITY_NEGATIVE": "The quantity can't be negative.",
    "INVALID_QUANTITY_TOO_HIGH": "The total quantity can't be higher than 1,000,000,000.",
    "INVALID_REASON": "The specified reason is invalid.",
    "INVALID_REFERENCE_DOCUMENT": "The specified reference document is invalid.",
    "ITEM_NOT_STOCKED_AT_LOCATION": "The specified inventory item is not stocked at the location.",
    "NON_MUTABLE_INVENTORY_ITEM": "The specified inventory item is not allowed to be adjusted via API.",
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": (
        "The combination of inventoryItemId and locationId must be unique."
    ),
    **idempotency.MESSAGES,
    **older.MESSAGES,
}
group_numbers = count(1)


class Crash(Exception):
    """The `crash` fault: the server dies in the middle of a mutation."""


def user_error(code, *path):
    return {"code": code, "field": [str(step) for step in path] or None, "message": MESSAGES[code]}


async def once(info, arguments, carry_out, failure):
    """Carry a mutation out under its idempotency key, or answer for its first attempt.

    :param carry_out: gives the payload, for the key
    :param failure: gives the payload for an error code
    """
    given = get_directive_values(info.schema.get_directive("idempotent"), info.field_nodes[0], info.variable_values)
    if given is None:
        if info.context.version in older.VERSIONS:
            return await unprotected(info, carry_out)
        raise refused("BAD_REQUEST", idempotency.MISSING)
    key = given["key"]
    if not key.strip():
        raise refused("BAD_REQUEST", "The idempotency key cannot be empty.")
    shop = info.context.shop
    attempt, ours, code = shop.ledger.claim(key, info.field_name, arguments)
    if code:
        return failure(code)
    if ours:
        with attempt.running():
            await asyncio.sleep(info.context.work)
            if info.context.crash:
                raise Crash
            with shop.lock:
                attempt.answer = carry_out(key)
    return attempt.answer


async def unprotected(info, carry_out):
    """Carry a mutation out that has no key: sent twice, it is done twice."""
    await asyncio.sleep(info.context.work)
    if info.context.crash:
        raise Crash
    with info.context.shop.lock:
        return carry_out(None)


async def set_quantities(_root, info, input):  # noqa: A002
    check_form(input, info.context.version)

    def carry_out(key):
        errors = general_errors(input) or row_errors(info.context, input)
        if errors:
            return {"inventoryAdjustmentGroup": None, "userErrors": errors}
        return {"inventoryAdjustmentGroup": apply(info.context, input, key), "userErrors": []}

    def failure(code):
        return {"inventoryAdjustmentGroup": None, "userErrors": [user_error(code)]}

    return await once(info, input, carry_out, failure)


def check_form(values, version):
    """Raise what refuses the request as such, before any row is looked at."""
    rows = values["quantities"]
    if len(rows) > MAX_ROWS:
        raise refused(
            "MAX_INPUT_SIZE_EXCEEDED",
            f"The input array size of {len(rows)} is greater than the maximum allowed of {MAX_ROWS}.",
        )
    for position, row in enumerate(rows):
        if "changeFromQuantity" not in row and version not in older.VERSIONS:
            raise refused(
                "INVALID_FIELD_ARGUMENTS",
                "InventoryQuantityInput must include the following argument: changeFromQuantity.",
            )
        for name in ("inventoryItemId", "locationId"):
            check_gid(row[name], "quantities", position, name)


def general_errors(values):
    if values["name"] not in ("available", "on_hand"):
        return [user_error("INVALID_NAME", "input", "name")]
    if values["reason"] not in REASONS:
        return [user_error("INVALID_REASON", "input", "reason")]
    uri = values.get("referenceDocumentUri")
    if uri is not None and not URI.fullmatch(uri):
        return [user_error("INVALID_REFERENCE_DOCUMENT", "input", "referenceDocumentUri")]
    return []


def row_errors(context, values):
    """The first thing wrong with each row."""
    errors, pairs = [], set()
    for position, row in enumerate(values["quantities"]):
        pair = (row["inventoryItemId"], row["locationId"])
        if pair in pairs:
            problem = ("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",)
        else:
            problem = row_problem(context, values, row)
        pairs.add(pair)
        if problem:
            errors.append(user_error(problem[0], "input", "quantities", position, *problem[1:]))
    return errors


def row_problem(context, values, row):
    """The code and the field of what is wrong with a row, or None."""
    shop = context.shop
    item, location = shop.items.get(row["inventoryItemId"]), shop.locations.get(row["locationId"])
    if item is None:
        return "INVALID_INVENTORY_ITEM", "inventoryItemId"
    if location is None or not location.active:
        return "INVALID_LOCATION", "locationId"
    if not item.tracked:
        return "NON_MUTABLE_INVENTORY_ITEM", "inventoryItemId"
    level = item.levels.get(location.gid)
    if level is None and context.version <= "2026-07":
        return "ITEM_NOT_STOCKED_AT_LOCATION", "locationId"
    if row["quantity"] < 0:
        return "INVALID_QUANTITY_NEGATIVE", "quantity"
    if row["quantity"] > MAX_QUANTITY:
        return "INVALID_QUANTITY_TOO_HIGH", "quantity"
    quantity = level.quantity(values["name"]) if level else 0
    if "changeFromQuantity" not in row:
        return older.comparison_problem(values, row, quantity)
    if row["changeFromQuantity"] not in (None, quantity):
        return "CHANGE_FROM_QUANTITY_STALE", "changeFromQuantity"
    return None


def apply(context, values, key):
    """Store every row and give the adjustment group."""
    shop, name, now, changes = context.shop, values["name"], time.time(), []
    for row in values["quantities"]:
        level = shop.stock(shop.items[row["inventoryItemId"]], shop.locations[row["locationId"]])
        changes.append(change(context, level, name, row["quantity"], key, now))
    return {
        "id": f"gid://shopify/InventoryAdjustmentGroup/{next(group_numbers)}",
        "createdAt": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "reason": values["reason"],
        "referenceDocumentUri": values.get("referenceDocumentUri"),
        "changes": changes,
    }


def change(context, level, name, quantity, key, now):
    """Set one quantity, record it, and give its InventoryChange."""
    before = level.quantity(name)
    setattr(level, name, quantity)
    item, location = level.item, level.location
    context.shop.writes.append(
        Write(
            received_at=context.received_at,
            applied_at=now,
            item=item.gid,
            sku=item.sku,
            location=location.gid,
            name=name,
            from_quantity=before,
            to_quantity=quantity,
            idempotency_key=key,
            request_id=context.request_id,
        )
    )
    return {
        "name": name,
        "delta": quantity - before,
        "quantityAfterChange": quantity,
        "item": item,
        "location": location,
    }


async def activate(_root, info, **arguments):
    """inventoryActivate: stock an item at a location; quantities given set it, else what is there stays."""

    def failure(code, *path):
        error = user_error(code, *path)
        return {"inventoryLevel": None, "userErrors": [error]}

    def carry_out(key):
        shop = info.context.shop
        item, location = shop.items.get(arguments["inventoryItemId"]), shop.locations.get(arguments["locationId"])
        if item is None:
            return failure("INVALID_INVENTORY_ITEM", "inventoryItemId")
        if location is None or not location.active:
            return failure("INVALID_LOCATION", "locationId")
        level = shop.stock(item, location)
        for name, argument in (("available", "available"), ("on_hand", "onHand")):
            if arguments.get(argument) is not None:
                change(info.context, level, name, arguments[argument], key, time.time())
        return {"inventoryLevel": level, "userErrors": []}

    return await once(info, arguments, carry_out, failure)


MUTATIONS = {"inventoryActivate": activate, "inventorySetQuantities": set_quantities}
