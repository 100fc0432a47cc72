# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a row of a bulk update may say.

Facts noted from the vendor's document: the keys and their types; from its Postman collection: ids sent as numbers
where the document has strings, `is_bundle`, and a negative quantity "intended to generate error"; from its code:
`is_unlimited_stock`, and the price sent as a string. Guesses: that unknown keys and wrong types refuse the whole list
with HTTP 400, and that an internal_product_id has at most 255 characters.
"""

from ..application import Refused

UNITS = (
    *("box", "can", "bottle", "kg", "piece", "dozen", "bag", "packet", "plate", "glass", "pallet", "jar"),
    *("shrink", "ton", "saddlebag", "roll", "tissue", "cone", "coil", "bunch", "strip", "recharge_card", "mat"),
)
MAX_SKU = 255


def is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_id(value):
    """A number, or its digits as a string."""
    return is_whole(value) or (isinstance(value, str) and value.isdecimal())


def is_text(value):
    return isinstance(value, str)


def is_flag(value):
    return isinstance(value, bool)


def is_sku(value):
    return isinstance(value, str) and 0 < len(value) <= MAX_SKU


def is_price(value):
    if isinstance(value, str):
        return value.replace(".", "", 1).isdecimal()
    return is_whole(value) or isinstance(value, float)


def is_unit(value):
    return isinstance(value, str) and value in UNITS


PRODUCT = {
    "supplier_product_id": is_id,
    "internal_product_id": is_sku,
    "base_product_id": is_id,
    "unit": is_unit,
    "unit_count": is_whole,
    "supplier_code": is_text,
    "internal_supplier_code": is_text,
    "in_stock": is_flag,
    "available_stock_quantity": is_whole,
    "is_unlimited_stock": is_flag,
    "is_published": is_flag,
    "is_bundle": is_flag,
    "min_order": is_whole,
    "max_order": is_whole,
    "selling_price": is_price,
    "remind_me_at_stock": is_whole,
    "notes": is_text,
}
BASE_STOCK = {"base_product_id": is_id, "available_stock_quantity": is_whole}


def check(body, form, longest, required=()):
    """The rows of a top-level list; Refused (400) for what is no such list, and for the first wrong row.

    :param form: what each key must be
    :param longest: rows at most
    :param required: keys no row may leave out
    """
    if not isinstance(body, list):
        raise Refused(400, "the body must be a list of objects")
    if len(body) > longest:
        raise Refused(400, f"{len(body)} rows are too many: {longest} at most")
    for number, row in enumerate(body):
        if not isinstance(row, dict):
            raise Refused(400, f"row {number} is not an object")
        for key, value in row.items():
            if key not in form:
                raise Refused(400, f"row {number}: {key} is not permitted")
            if not form[key](value):
                raise Refused(400, f"row {number}: {key} is invalid")
        for key in required:
            if key not in row:
                raise Refused(400, f"row {number}: {key} is missing")
    return body
