# SPDX-License-Identifier: LGPL-3.0-or-later
"""One supplier's products, and the four calls that read and write their stock.

Facts: the paths, the query, the keys of a product, that supplier_product_id wins over internal_product_id, that a base
product's stock reaches each of its products divided by `unit_count`; HTTP 400, seen 50 times of 50, for a token sent
as `Authorization`. The vendor's document shows ids as strings in listings.

Not known, and therefore settings or guesses. Settings: what a bulk update answers (`answers`), what becomes of a row
that cannot be applied (`bad_rows`), how long a list may be (`max_rows`), and the name of a product's id in a listing
(`id_key`: the vendor's code reads `id`, its document shows `suppler_prodcut_id`, orders have `supplier_product_id`).
Guesses: HTTP 401 without a token or with an unknown one, the body of every refusal, HTTP 422 for a list refused for its
rows, pages of 100 and of 1,000 at most, a search for words anywhere in name or SKU, that an internal_product_id belongs
to one product, and that the quantity of a base product is rounded down.
"""

from collections import defaultdict
from dataclasses import dataclass

from ..marketplace import Item, Marketplace, Refused, Route
from ..stock import check_order
from .rows import BASE_STOCK, PRODUCT, check

PER_PAGE, MAX_PER_PAGE = 100, 1000
# What a row may change besides the quantity and the SKU, by the names of Product.
PLAIN = ("in_stock", "is_unlimited_stock", "is_published", "min_order", "max_order", "selling_price", "notes")


@dataclass(slots=True, eq=False)
class Product(Item):
    """What the supplier sells: one unit of a base product; `sku` is the internal_product_id, empty when not linked."""

    name: str = ""
    base_product_id: str = ""
    unit: str = "piece"
    unit_count: int = 1
    in_stock: bool = True
    is_unlimited_stock: bool = False
    is_published: bool = True
    min_order: int = 1
    max_order: int = 100
    selling_price: float = 0.0
    notes: str = ""


class Supplier(Marketplace):
    """A strict little Cartona: the products of one supplier.

    :param token: what the header AuthorizationToken must carry
    :param answers: what a bulk update answers: `items`, a result for every row; `plain`, one message for all;
        `silent`, an empty object
    :param bad_rows: rows that cannot be applied are told of by `refuse` (where rows have no result of their own: the
        whole list is refused) or dropped without a word by `ignore`
    :param max_rows: rows a list may have
    """

    PLATFORM = "cartona"
    SETTINGS = {
        "token": str,
        "answers": ("items", "plain", "silent"),
        "bad_rows": ("refuse", "ignore"),
        "max_rows": int,
        "id_key": ("supplier_product_id", "id", "suppler_prodcut_id"),
    }
    token, answers, bad_rows, max_rows, id_key = "cartona_sandbox", "items", "refuse", 1000, "supplier_product_id"
    ROUTES = (
        Route("GET", "/api/v1/supplier-product", "list_products"),
        Route("GET", "/api/v1/supplier-product/base-products", "list_base_products"),
        Route("POST", "/api/v1/supplier-product/bulk-update", "update_products", on="write"),
        Route("POST", "/api/v1/supplier-product/base-product/bulk-update-stock", "update_base_stock", on="write"),
    )

    def __init__(self, **options):
        super().__init__(**options)
        self.bases = defaultdict(dict)

    def put(self, item):
        if item.base_product_id:
            self.bases[item.base_product_id][item.id] = item
        return super().put(item)

    def add_item(self, sku, quantity=0, *, in_stock=None, **values):
        """Put a product on sale and give its supplier_product_id.

        :param sku: its internal_product_id, empty for one that is not linked yet
        :param quantity: pieces of its unit
        :param in_stock: by default whether there are any
        :param values: other fields of Product
        """
        with self.lock:
            if self.by_sku(sku):
                raise ValueError(f"the SKU {sku!r} is taken")
            quantities = {self.LOCATION: quantity}
            in_stock = quantity > 0 if in_stock is None else in_stock
            return self.put(Product(self.new_id(), sku, quantities, in_stock=in_stock, **values))

    def order(self, sku, quantity, location=None):
        """A retailer orders; SoldOut, and nothing is changed, when fewer are shown: none of a product that is not
        published or not in stock, any number of one of unlimited stock. That an order lowers the quantity at once, and
        leaves `in_stock` alone, is a guess."""
        with self.lock:
            product = self.item(sku)
            if not (product.is_published and product.in_stock):
                check_order(quantity, 0)
            if not product.is_unlimited_stock:
                return super().order(sku, quantity, location)
            return check_order(quantity, None)

    def authorize(self, call):
        token = call.headers.get("AuthorizationToken")
        if token is None and "Authorization" in call.headers:
            raise Refused(400, "Bad Request")
        if token != self.token or token in self.revoked:
            raise Refused(401, "Unauthorized")

    # Reading

    def list_products(self, call):
        return [self.as_row(product) for product in page(self.chosen(call.query), call.query)]

    def list_base_products(self, call):
        """One row a product, as the vendor's document shows it."""
        products = [product for product in self.chosen(call.query) if product.base_product_id]
        return [{**self.as_row(product), "base_product_name": product.name} for product in page(products, call.query)]

    def chosen(self, query):
        if not query.keys() - {"page", "per_page"}:
            return list(self.items.values())
        words = query.get("search_token", "").casefold()
        wanted = {
            "id": query.get("supplier_product_id"),
            "sku": query.get("internal_product_id"),
            "base_product_id": query.get("base_product_id"),
        }
        exact = {name: value for name, value in wanted.items() if value is not None}
        return [
            product
            for product in self.candidates(wanted)
            if all(getattr(product, name) == value for name, value in exact.items())
            and words in f"{product.name}\n{product.sku}".casefold()
        ]

    def candidates(self, wanted):
        """The products worth looking at: one, when its id or its SKU is asked for."""
        if wanted["id"] is not None:
            return filter(None, [self.items.get(wanted["id"])])
        if wanted["sku"]:
            return filter(None, [self.by_sku(wanted["sku"])])
        return self.items.values()

    def as_row(self, product):
        return {
            self.id_key: product.id,
            "internal_product_id": product.sku or None,
            "base_product_id": product.base_product_id or None,
            "supplier_product_name": product.name,
            "unit": product.unit,
            "unit_count": product.unit_count,
            "available_stock_quantity": product.quantities[self.LOCATION],
            **{name: getattr(product, name) for name in PLAIN},
        }

    # Writing

    def update_products(self, call):
        rows = check(call.json(), PRODUCT, self.max_rows)
        return self.apply(rows, self.wrong_with, lambda row: self.update(call, row))

    def update_base_stock(self, call):
        rows = check(call.json(), BASE_STOCK, self.max_rows, required=BASE_STOCK)
        return self.apply(rows, self.wrong_with_base, lambda row: self.update_base(call, row))

    def apply(self, rows, wrong_with, update):
        """Carry the rows out in their order, and say of it what `answers` lets us say.

        :param wrong_with: gives why a row cannot be applied, None when it can
        """
        tells = self.answers == "items" and self.bad_rows == "refuse"
        if not tells and self.bad_rows == "refuse":
            for number, row in enumerate(rows):
                if reason := wrong_with(row):
                    raise Refused(422, f"row {number}: {reason}")
        results = []
        for row in rows:
            reason = wrong_with(row)
            if reason is None:
                update(row)
            if reason is None or tells:
                results.append(result(row, reason))
        return {"items": {"results": results}, "plain": {"message": "success"}, "silent": {}}[self.answers]

    def wrong_with(self, row):
        product = self.product(row)
        if product is None:
            return "product not found"
        if row.get("available_stock_quantity", 0) < 0:
            return "available_stock_quantity must not be negative"
        if self.by_sku(row.get("internal_product_id", product.sku)) not in (None, product):
            return "internal_product_id is taken"
        return None

    def product(self, row):
        """The product a row speaks of, or None: by its id, else its SKU, else its base product and unit."""
        if "supplier_product_id" in row:
            return self.items.get(str(row["supplier_product_id"]))
        if "internal_product_id" in row:
            return self.by_sku(row["internal_product_id"])
        wanted = row.get("unit"), row.get("unit_count")
        found = (item for item in self.under(row.get("base_product_id")) if (item.unit, item.unit_count) == wanted)
        return next(found, None)

    def update(self, call, row):
        product = self.product(row)
        if "available_stock_quantity" in row:
            self.set_level(call, product, row["available_stock_quantity"])
        for name in PLAIN:
            setattr(product, name, row.get(name, getattr(product, name)))
        if row.get("internal_product_id", product.sku) != product.sku:
            self.rename(product, row["internal_product_id"])

    def wrong_with_base(self, row):
        if not self.under(row["base_product_id"]):
            return "base product not found"
        return "available_stock_quantity must not be negative" if row["available_stock_quantity"] < 0 else None

    def under(self, base_product_id):
        return self.bases[str(base_product_id)].values()

    def update_base(self, call, row):
        for product in self.under(row["base_product_id"]):
            self.set_level(call, product, row["available_stock_quantity"] // product.unit_count)


def result(row, reason):
    """What `items` says of a row: the ids it was sent with, and how it went. The shape is ours."""
    ids = {name: row[name] for name in ("supplier_product_id", "internal_product_id", "base_product_id") if name in row}
    return {**ids, "success": reason is None, **({"error": reason} if reason else {})}


def page(products, query):
    number, size = whole(query, "page", 1), whole(query, "per_page", PER_PAGE)
    if size > MAX_PER_PAGE:
        raise Refused(400, f"per_page is too large: {MAX_PER_PAGE} at most")
    return products[(number - 1) * size : number * size]


def whole(query, name, otherwise):
    value = query.get(name, str(otherwise))
    if not value.isdecimal() or int(value) < 1:
        raise Refused(400, f"{name} is invalid")
    return int(value)
