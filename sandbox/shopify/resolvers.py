# SPDX-License-Identifier: LGPL-3.0-or-later
"""How the queries of the SDL are answered; `attach` binds them, and the mutations, to the schema.

Facts noted from Shopify's schema and its list of scopes: names, arguments, the scope each type and field
needs. From its documentation: a page of at most 250 nodes, pagination ends at 25,000 objects.
"""

import base64
import binascii
import json
from bisect import bisect_right

from . import bulk
from .errors import check_gid, denied, refused
from .mutations import MUTATIONS
from .search import SearchError, search
from .stock import QUANTITY_NAMES, Item, Level, Location, Variant

MAX_PAGE = 250
MAX_PAGINATION = 25_000
TYPES = {
    bulk.Operation: "BulkOperation",
    Item: "InventoryItem",
    Level: "InventoryLevel",
    Location: "Location",
    Variant: "ProductVariant",
}


def needs(*scopes):
    """A resolver that wants one of `scopes`."""

    def decorate(resolve):
        def guarded(source, info, **arguments):
            if not info.context.shop.auth.allows(scopes):
                raise denied(info.field_name, scopes)
            return resolve(source, info, **arguments)

        return guarded

    return decorate


def cursor_of(number):
    return base64.b64encode(json.dumps({"last_id": number}).encode()).decode()


def number_of(cursor):
    try:
        return int(json.loads(base64.b64decode(cursor))["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise refused("BAD_REQUEST", "Invalid cursor for current pagination sort.") from None


def page(info, numbers, node, first, after):
    """One page of a connection, or all of it in a bulk operation.

    :param numbers: the numbers of everything there is, in ascending order; they are the cursors
    :param node: gives the node for a number
    """
    if info.context.bulk:
        return {"nodes": [node(number) for number in numbers], "edges": [{"node": node(number)} for number in numbers]}
    if first is None:
        raise refused("BAD_REQUEST", "you must provide one of first or last")
    if not 0 <= first <= MAX_PAGE:
        raise refused("BAD_REQUEST", f"first must be between 0 and {MAX_PAGE}")
    start = bisect_right(numbers, number_of(after)) if after else 0
    if start + first > MAX_PAGINATION and start < len(numbers):
        raise refused("BAD_REQUEST", f"Pagination beyond {MAX_PAGINATION} objects is not supported.")
    chosen = numbers[start : start + first]
    nodes = [node(number) for number in chosen]
    cursors = [cursor_of(number) for number in chosen]
    return {
        "nodes": nodes,
        "edges": [{"cursor": cursor, "node": row} for cursor, row in zip(cursors, nodes, strict=True)],
        "pageInfo": {
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
            "hasNextPage": start + first < len(numbers),
            "hasPreviousPage": start > 0,
        },
    }


def found(shop, query):
    try:
        return search(query, shop.index, shop.numbers)
    except SearchError as error:
        raise refused("BAD_REQUEST", str(error)) from None


def item_numbered(shop, number):
    return shop.items[f"gid://shopify/InventoryItem/{number}"]


@needs("read_inventory", "read_products")
def inventory_items(_root, info, first=None, after=None, query=None):
    shop = info.context.shop
    return page(info, found(shop, query), lambda number: item_numbered(shop, number), first, after)


@needs("read_products")
def product_variants(_root, info, first=None, after=None, query=None):
    shop = info.context.shop
    return page(info, found(shop, query), lambda number: Variant(item_numbered(shop, number)), first, after)


# Legacy locations, those of fulfillment services, do not exist here.
@needs("read_locations")
def locations(_root, info, first=None, after=None, includeInactive=False, includeLegacy=False):  # noqa: N803
    rows = {row.number: row for row in info.context.shop.locations.values() if row.active or includeInactive}
    return page(info, sorted(rows), rows.__getitem__, first, after)


def allowed(node, info):
    """`node`, unless its type is out of the token's scopes."""
    scopes = {
        Item: ("read_inventory", "read_products"),
        Level: ("read_inventory",),
        Location: ("read_locations", "read_inventory"),
        Variant: ("read_products",),
    }.get(type(node))
    if scopes and not info.context.shop.auth.allows(scopes):
        raise denied(info.field_name, scopes)
    return node


def node_by_id(_root, info, id):  # noqa: A002
    check_gid(id, "id")
    return allowed(info.context.shop.node(id), info)


def nodes_by_ids(_root, info, ids):
    if len(ids) > MAX_PAGE:
        raise refused(
            "MAX_INPUT_SIZE_EXCEEDED",
            f"The input array size of {len(ids)} is greater than the maximum allowed of {MAX_PAGE}.",
        )
    for position, gid in enumerate(ids):
        check_gid(gid, position)
    return [allowed(info.context.shop.node(gid), info) for gid in ids]


@needs("read_inventory", "read_products")
def inventory_item(_root, info, id):  # noqa: A002
    check_gid(id, "id")
    return info.context.shop.items.get(id)


@needs("read_inventory")
def duplicate_sku_count(item, info):
    # Our reading: how many others share the SKU, 0 for a unique one.
    return len(info.context.shop.with_sku(item.sku)) - 1


@needs("read_inventory")
def inventory_level(item, _info, locationId):  # noqa: N803
    check_gid(locationId, "locationId")
    return item.levels.get(locationId)


@needs("read_inventory")
def inventory_levels(item, info, first=None, after=None):
    rows = {level.location.number: level for level in item.levels.values()}
    return page(info, sorted(rows), rows.__getitem__, first, after)


def quantities(level, _info, names):
    unknown = [name for name in names if name not in QUANTITY_NAMES]
    if unknown:
        raise refused("BAD_REQUEST", f"Unknown quantity names: {', '.join(unknown)}")
    return [{"id": quantity_gid(level, name), "name": name, "quantity": level.quantity(name)} for name in names]


def quantity_gid(level, name):
    return level.gid.replace("InventoryLevel", "InventoryQuantity") + f"&name={name}"


@needs("read_locations")
def location_name(location, _info):
    return location.name


@needs("read_locations")
def location_is_active(location, _info):
    return location.active


def gid(source, _info):
    return source.gid


RESOLVERS = {
    "QueryRoot": {
        "bulkOperation": bulk.operation,
        "currentAppInstallation": lambda _root, info: {
            "id": "gid://shopify/AppInstallation/80000000001",
            "accessScopes": [{"handle": scope} for scope in info.context.shop.auth.scopes],
        },
        "inventoryItem": inventory_item,
        "inventoryItems": inventory_items,
        "locations": locations,
        "node": node_by_id,
        "nodes": nodes_by_ids,
        "productVariants": product_variants,
        "shop": lambda _root, info: info.context.shop,
    },
    "Mutation": {
        # Needs the scopes of what it asks for.
        "bulkOperationRunQuery": bulk.run_query,
        **{name: needs("write_inventory")(resolve) for name, resolve in MUTATIONS.items()},
    },
    "BulkOperation": {"id": gid},
    "Shop": {"id": gid, "myshopifyDomain": lambda shop, _info: shop.domain},
    "Location": {"id": gid, "name": location_name, "isActive": location_is_active},
    "InventoryItem": {
        "id": gid,
        "duplicateSkuCount": duplicate_sku_count,
        "inventoryLevel": inventory_level,
        "inventoryLevels": inventory_levels,
    },
    "InventoryLevel": {"id": gid, "isActive": lambda _level, _info: True, "quantities": quantities},
    "ProductVariant": {
        "id": gid,
        "sku": lambda variant, _info: variant.item.sku,
        "inventoryItem": lambda variant, _info: variant.item,
    },
}


def attach(schema):
    """Bind the resolvers to `schema` and give it back."""
    for type_name, fields in RESOLVERS.items():
        for field_name, resolve in fields.items():
            schema.type_map[type_name].fields[field_name].resolve = resolve
    schema.type_map["Node"].resolve_type = lambda value, _info, _type: TYPES.get(type(value), "Shop")
    return schema
