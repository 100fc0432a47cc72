# SPDX-License-Identifier: LGPL-3.0-or-later
"""The Trading API: ReviseInventoryStatus, ReviseFixedPriceItem, GetItem, for listings made outside the Inventory API.

Facts: up to 4 InventoryStatus a call; Quantity in a revision is what is available, in GetItem what was sold is in it; a
variation is named by ItemID and SKU, and one that is not there is 21916799; equal numbers are a warning and change
nothing; listings of the Inventory API are refused (21919474, third parties). Our reading: the numbers of the other
errors; that an item that was refused is missing among the InventoryStatus of the answer, and that their Quantity has
what was sold in it, as GetItem's has; that each accepted InventoryStatus, and each ReviseFixedPriceItem, is one
revision; that only these fields are known.
"""

from .xml import WARNINGS, Trouble, children, parse, response, texts

LARGEST_CALL, LARGEST_QUANTITY = 4, 2**31 - 1
STANDARD = ("RequesterCredentials", "ErrorLanguage", "MessageID", "Version", "WarningLevel")
STATUS_FIELDS = ("ItemID", "SKU", "Quantity", "StartPrice")
VARIATION_FIELDS = ("SKU", "Quantity", "StartPrice")
READ_FIELDS = ("ItemID", "SKU", "DetailLevel", "IncludeItemSpecifics", "OutputSelector")


def revise_inventory_status(marketplace, call):
    """Set up to four quantities; the Ack is PartialFailure when some were refused and others not."""
    root = parse(call.raw, "ReviseInventoryStatus")
    asked = [
        texts(element, STATUS_FIELDS)
        for name, element in children(root, (*STANDARD, "InventoryStatus"))
        if name == "InventoryStatus"
    ]
    if not 1 <= len(asked) <= LARGEST_CALL:
        raise Trouble(37, f"1 to {LARGEST_CALL} InventoryStatus are allowed.", "InventoryStatus")
    troubles, done = [], []
    for fields in asked:
        try:
            item, stock = find(marketplace, fields)
            warnings = revise(marketplace, call, item, [(stock, fields)])
        except Trouble as trouble:
            troubles.append(trouble)
        else:
            troubles += warnings
            done.append(("InventoryStatus", status_rows(item, stock)))
    return response("ReviseInventoryStatus", ack_of(troubles, done), troubles, done)


def revise_fixed_price_item(marketplace, call):
    """Revise one listing: its Quantity, or those of the variations that are named; all of it or nothing."""
    root = parse(call.raw, "ReviseFixedPriceItem")
    elements = dict(children(root, (*STANDARD, "Item")))
    if "Item" not in elements:
        raise Trouble(37, "Item is missing.", "Item")
    known = (*STATUS_FIELDS, "Variations")
    fields, variations = texts(elements["Item"], known), []
    for name, element in children(elements["Item"], known):
        if name == "Variations":
            variations = [texts(row, VARIATION_FIELDS) for _name, row in children(element, ("Variation",))]
    if variations and {"Quantity", "StartPrice"} & fields.keys():
        raise Trouble(37, "A listing with variations has its quantities there.", "Quantity")
    rows = [{**row, "ItemID": fields.get("ItemID", "")} for row in variations] or [fields]
    found = [find(marketplace, row) for row in rows]
    warnings = revise(marketplace, call, found[0][0], [(pair[1], row) for pair, row in zip(found, rows, strict=True)])
    done = [("ItemID", found[0][0].id)]
    return response("ReviseFixedPriceItem", ack_of(warnings, done), warnings, done)


def get_item(marketplace, call):
    """One listing, of either API."""
    fields = texts(parse(call.raw, "GetItem"), (*STANDARD, *READ_FIELDS))
    item_id = fields.get("ItemID", "")
    item = marketplace.trading.get(item_id)
    if item is None:
        if item_id not in marketplace.live:
            raise Trouble(17, f"Item {item_id} cannot be accessed.", item_id)
        return response("GetItem", "Success", rows=[("Item", offered_rows(marketplace.live[item_id]))])
    return response("GetItem", "Success", rows=[("Item", item_rows(item))])


def get_user(marketplace, call):
    """Who the token belongs to."""
    texts(parse(call.raw, "GetUser"), (*STANDARD, "DetailLevel", "OutputSelector"))
    return response("GetUser", "Success", rows=[("User", [("UserID", "sandbox-seller")])])


def find(marketplace, fields):
    """The listing and the stock in it that ItemID and SKU name."""
    item_id, sku = fields.get("ItemID", ""), fields.get("SKU", "")
    if not item_id:
        # Only listings that are tracked by SKU go without an ItemID; eBay's default is by ItemID.
        raise Trouble(21676, "A valid ItemID is required.", sku)
    item = marketplace.trading.get(item_id)
    if item is None:
        raise Trouble(21919474 if item_id in marketplace.live else 17, "", item_id, *([sku] if sku else []))
    if not item.has_variations and not sku:
        return item, next(iter(item.rows.values()))
    if sku not in item.rows:
        raise Trouble(21916799, "SKU does not exist in Non-ManageBySKU item specified by ItemID.", item_id, sku)
    return item, item.rows[sku]


def revise(marketplace, call, item, pairs):
    """Set the fields of each (stock, fields) of one listing, all or none; the warnings."""
    number = marketplace.take_trouble(item.id)
    if number:
        raise Trouble(10007, "", item.id)
    for stock, fields in pairs:
        validate(marketplace, item, stock, fields)
    changed = [pair for pair in pairs if is_change(*pair)]
    if not changed:
        both = "StartPrice" in pairs[0][1]
        return [Trouble(21917091 if both else 21917092, "", item.id)]
    if marketplace.revisions.spent(item.id, marketplace.revisions_a_day):
        # eBay documents the limit; the error is the one third parties list for it.
        raise Trouble(21919165, f"The listing was revised {marketplace.revisions_a_day} times today.", item.id)
    marketplace.revisions.add(item.id)
    warnings = []
    for stock, fields in changed:
        warnings += store(marketplace, call, item, stock, fields)
    return warnings


def validate(marketplace, item, stock, fields):
    about = (item.id, stock.sku)
    if not {"Quantity", "StartPrice"} & fields.keys():
        raise Trouble(37, "Quantity or StartPrice is required.", *about)
    if "Quantity" in fields:
        text = fields["Quantity"]
        if not (text.isascii() and text.isdigit() and int(text) <= LARGEST_QUANTITY):
            raise Trouble(515, f"{text!r} is not a quantity.", *about)
        if not int(text) and not item.has_variations and not marketplace.out_of_stock_control:
            raise Trouble(515, "Quantity must be greater than 0.", *about)
    if "StartPrice" in fields and not fields["StartPrice"].replace(".", "", 1).isdecimal():
        raise Trouble(37, "StartPrice is not a number.", *about)


def is_change(stock, fields):
    now = {"Quantity": str(stock.available), "StartPrice": stock.price}
    return any(fields[name].lstrip("0") != now[name].lstrip("0") for name in now.keys() & fields.keys())


def store(marketplace, call, item, stock, fields):
    """Store what is new, and give the warnings.

    Without the seller's out-of-stock control a variation at 0 is removed (eBay's support article 2204).
    """
    stock.price = fields.get("StartPrice", stock.price)
    if "Quantity" not in fields:
        return []
    before, stock.available = stock.available, int(fields["Quantity"])
    marketplace.record(call, "trading", item, stock.sku, before, stock.available, stock.available)
    if stock.available or not item.has_variations or marketplace.out_of_stock_control:
        return []
    del item.rows[stock.sku]
    return [Trouble(21916620, "", item.id, stock.sku)]


def ack_of(troubles, done):
    if any(trouble.number not in WARNINGS for trouble in troubles):
        return "PartialFailure" if done else "Failure"
    return "Warning" if troubles else "Success"


def status_rows(item, stock):
    sku = [("SKU", stock.sku)] if stock.sku else []
    return [("ItemID", item.id), *sku, ("Quantity", str(stock.total)), ("StartPrice", stock.price)]


def item_rows(item):
    rows = list(item.rows.values())
    variations = [("Variation", stock_rows(stock)) for stock in rows] if item.has_variations else []
    total, sold = sum(stock.total for stock in rows), sum(stock.sold for stock in rows)
    return [
        *listing_rows(item.id, item.sku, total, sold),
        *([("Variations", variations)] if variations else [("StartPrice", rows[0].price)]),
    ]


def offered_rows(offer):
    return listing_rows(offer.listing_id, offer.item.sku, offer.buyers_see + offer.sold, offer.sold)


def listing_rows(item_id, sku, total, sold):
    return [
        ("ItemID", item_id),
        *([("SKU", sku)] if sku else []),
        ("ListingType", "FixedPriceItem"),
        ("Quantity", str(total)),
        ("SellingStatus", [("QuantitySold", str(sold)), ("ListingStatus", "Active")]),
    ]


def stock_rows(stock):
    return [
        ("SKU", stock.sku),
        ("StartPrice", stock.price),
        ("Quantity", str(stock.total)),
        ("SellingStatus", [("QuantitySold", str(stock.sold))]),
    ]
