# SPDX-License-Identifier: LGPL-3.0-or-later
"""Errors in the shape eBay's REST APIs give them: `{"errors": [{errorId, domain, category, message, ...}]}`.

Numbers and wording: 25xxx are listed with eBay's Inventory API; 1001, 1002, 1100, 2001, 2002 and 2004 are as third
parties quote them. Which of them answers which mistake is often our reading; inventory.py says where.
"""

from ..application import Refused

OAUTH, ACCESS, INVENTORY = "OAuth", "ACCESS", "API_INVENTORY"
TABLE = {
    1001: (OAUTH, "Invalid access token", "Check the value of the Authorization HTTP request header."),
    1002: (OAUTH, "Missing access token", "Access token is missing in the Authorization HTTP request header."),
    1100: (ACCESS, "Access denied", "Insufficient permissions to fulfill the request."),
    2001: (ACCESS, "Too many requests.", "The request limit has been reached for the resource."),
    2002: (ACCESS, "Resource not found", "The specified resource name does not exist in the system."),
    2004: (ACCESS, "Invalid request", "The request has errors. For help, see the documentation for this API."),
    25001: (INVENTORY, "A system error has occurred.", "A system error has occurred. {}"),
    25002: (INVENTORY, "User error.", "Any User error. {}"),
    25025: (INVENTORY, "Concurrent access of the same inventory object is not allowed.", "Please try again later."),
    25707: (INVENTORY, "Invalid sku", "Invalid sku. {}"),
    25709: (INVENTORY, "Invalid value", "Invalid value for {}"),
    25710: (INVENTORY, "We didn't find the resource/entity you are requesting.", "Please verify the request. {}"),
    25713: (INVENTORY, "This Offer is not available", "This Offer is not available: {}."),
    25727: (INVENTORY, "Too many InventoryItems", "The number of InventoryItems in the request cannot exceed {}."),
    25734: (INVENTORY, "Duplicate sku", "SKU should be unique in the request: {}"),
}
STATUSES = {401: 1001, 403: 1100, 404: 2002, 429: 2001, 500: 25001}
SYSTEM = (25001, 25025)


def error(number, info=""):
    """One error; `info` is what it is about."""
    domain, message, long_message = TABLE[number]
    return {
        "errorId": number,
        "domain": domain,
        "category": "APPLICATION" if number in SYSTEM else "REQUEST",
        "message": message,
        "longMessage": long_message.format(info).rstrip(),
        "parameters": [{"name": "additionalInfo", "value": info}] if info else [],
    }


def refused(status, number, info=""):
    """The exception that refuses a whole request with one error."""
    return Refused(status, error(number, info))


def body(status, reason):
    """The JSON of a refusal: `reason` is an error, or whatever was said where nobody knew of eBay's errors."""
    return {"errors": [reason if isinstance(reason, dict) else error(STATUSES.get(status, 2004), reason)]}
