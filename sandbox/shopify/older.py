# SPDX-License-Identifier: LGPL-3.0-or-later
"""API version 2026-01, which a shop answers when it is asked to (`--older-versions`).

Facts read in Shopify's 2026-01 schema: `compareQuantity` and `ignoreCompareQuantity`, both deprecated and gone since
2026-04, their error codes and messages, and that a level has no `isActive`. From its documentation: `@idempotent` and
`changeFromQuantity` are required since 2026-04. Unknown, so our reading: the field of COMPARE_QUANTITY_REQUIRED.
"""

from graphql import extend_schema, parse

VERSIONS = ("2026-01",)
SDL = """
extend input InventorySetQuantitiesInput { ignoreCompareQuantity: Boolean = false }
extend input InventoryQuantityInput { compareQuantity: Int }
"""
MESSAGES = {
    "COMPARE_QUANTITY_REQUIRED": (
        "The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity."
    ),
    "COMPARE_QUANTITY_STALE": "The compareQuantity value does not match persisted value.",
}


def extend(schema, attach):
    """The schema as it was then.

    :param attach: binds the resolvers
    """
    schema = attach(extend_schema(schema, parse(SDL)))
    del schema.type_map["InventoryLevel"].fields["isActive"]
    return schema


def comparison_problem(values, row, quantity):
    """The code and the field of what is wrong with what a row compares, or None.

    :param row: one without `changeFromQuantity`, which takes precedence
    :param quantity: what is stored
    """
    if values.get("ignoreCompareQuantity"):
        return None
    if row.get("compareQuantity") is None:
        return "COMPARE_QUANTITY_REQUIRED", "compareQuantity"
    return ("COMPARE_QUANTITY_STALE", "compareQuantity") if row["compareQuantity"] != quantity else None
