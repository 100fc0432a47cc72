# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a REST marketplace's requests and answers look like: configuration, checked before it is used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..words import Text, _lt
from .errors import ExpressionError, ProfileError
from .expressions import checked

AUTHS = ("header", "basic", "query", "none")
METHODS = ("PUT", "POST", "PATCH")
SHAPES = ("one", "list")
PLACEHOLDERS = ("sku", "id", "location")
READ_PLACEHOLDERS = (*PLACEHOLDERS, "page")
LARGEST_BATCH = 1000

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_HEADER_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]*")
# What is computed for each request, and what the account's authentication is for.
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})

_NO_FIELD = _lt("“%s” is no name of a field.")


@dataclass(frozen=True, slots=True)
class RestProfile:
    """How a REST marketplace is told quantities, and how it says what became of them.

    Names of fields may have dots: ``stock.available`` is the field `available` of the object `stock`. Expressions are
    JMESPath (https://jmespath.org) and are given the answer's JSON. What is empty is not sent, or not looked for.

    :param auth: ``header`` and ``query`` send the account's `access_token`, ``basic`` its `username` and `password`
    :param auth_name: the header's or the query parameter's name
    :param token_format: what the header holds, with ``{token}`` in it
    :param method: HTTP method of a write
    :param path: begins with a slash, is put behind the account's address, may have a query; ``{sku}``, ``{id}`` and
        ``{location}`` in it stand for the level's (SKU and id only with the shape ``one``)
    :param shape: ``one`` quantity a request, or a ``list`` of them
    :param list_key: the field the list stands under; the list itself is the body when empty
    :param batch_size: quantities in a list, at most
    :param sku_field: field for the SKU
    :param id_field: field for the marketplace's id of the item
    :param quantity_field: field for the quantity
    :param quantity_as_text: whether it is sent as ``"5"`` and not as ``5``
    :param in_stock_field: field that is true while the quantity is above zero
    :param location_field: field for the location's code
    :param constants: further fields of each quantity, with their values
    :param headers: further headers
    :param locations: codes of the marketplace's locations; none for a marketplace that has no such thing
    :param success_statuses: HTTP statuses that mean the request was carried out
    :param any_content_type: whether an answer is read as JSON also when it says that it is something else
    :param failure: expression that is true when the request as a whole has failed whatever its status says
    :param message: expression for what the marketplace says of a failed request
    :param results: expression for the list of results, or of errors, of single items
    :param result_ref: expression, given one of these results, for the item's SKU or id as it was sent
    :param result_ok: expression, given a result, that is true when the item was accepted; when it is empty, an item is
        accepted that has no `result_error`; when that is empty, too, every result is an error
    :param result_error: expression, given a result, for what is wrong with the item
    :param unmentioned_ok: whether an item the results don't mention is accepted
    :param test_path: path that is read to test the connection
    :param lookup_path: path that is read to find an item, with ``{sku}`` in it; without one, every SKU counts as an
        item
    :param lookup_items: expression for the item found, or a list of them
    :param lookup_id: expression, given an item, for its id
    :param lookup_sku: expression, given an item, for its SKU
    :param read_path: path that is read for the quantities the shop has: of one item, with ``{sku}`` or ``{id}`` in it,
        or else of all items, perhaps with ``{page}``, which counts from 1 until a page brings nothing new; may have
        ``{location}``; without a path the shop cannot be asked
    :param look_path: path that is read for the quantity of one item, with ``{sku}`` or ``{id}`` in it and perhaps
        ``{location}``, where the read path has all items and only few are wanted; its answer is read as the read
        path's, but may be the item itself, and need not say what was asked for
    :param read_items: expression for the item read, or a list of them; the answer itself when it is empty
    :param read_ref: expression, given an item, for its SKU or its id; where one item is read, it may be empty
    :param read_location: expression, given an item, for the code of the location its quantity is at
    :param read_quantity: expression, given an item, for its quantity
    """

    auth: str = "header"
    auth_name: str = "Authorization"
    token_format: str = "Bearer {token}"
    method: str = "POST"
    path: str = "/"
    shape: str = "list"
    list_key: str = ""
    batch_size: int = 100
    sku_field: str = "sku"
    id_field: str = ""
    quantity_field: str = "quantity"
    quantity_as_text: bool = False
    in_stock_field: str = ""
    location_field: str = ""
    constants: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    locations: tuple[str, ...] = ()
    success_statuses: tuple[int, ...] = (200, 201, 202, 204)
    any_content_type: bool = False
    failure: str = ""
    message: str = ""
    results: str = ""
    result_ref: str = ""
    result_ok: str = ""
    result_error: str = ""
    unmentioned_ok: bool = False
    test_path: str = ""
    lookup_path: str = ""
    lookup_items: str = ""
    lookup_id: str = ""
    lookup_sku: str = ""
    read_path: str = ""
    look_path: str = ""
    read_items: str = ""
    read_ref: str = ""
    read_location: str = ""
    read_quantity: str = ""

    def __post_init__(self):
        """:raises ProfileError: it can't work"""
        self._check_choices()
        self._check_paths()
        self._check_fields()
        self._check_headers()
        self._check_numbers()
        self._check_expressions()
        self._check_reading()

    @property
    def reads_body(self) -> bool:
        """Whether what an answer means is in its body."""
        return bool(self.failure or self.results)

    @property
    def sends_sku(self) -> bool:
        return bool(self.sku_field) or "{sku}" in self.path

    @property
    def sends_id(self) -> bool:
        return bool(self.id_field) or "{id}" in self.path

    @property
    def sends_location(self) -> bool:
        return bool(self.location_field) or "{location}" in self.path

    @property
    def reads_one(self) -> bool:
        """Whether one item is read at a time, and not all of them."""
        return names_item(self.read_path)

    @property
    def looks_cheaply(self) -> bool:
        """Whether the quantity of one item can be read without that of all others."""
        return bool(self.look_path) or self.reads_one

    @property
    def field_names(self) -> list[str]:
        """The fields of one quantity, in the order they are sent."""
        own = (self.sku_field, self.id_field, self.location_field, self.quantity_field, self.in_stock_field)
        return [*self.constants, *filter(None, own)]

    def _check_choices(self) -> None:
        for name, choices in (("auth", AUTHS), ("method", METHODS), ("shape", SHAPES)):
            if getattr(self, name) not in choices:
                raise ProfileError(name, _lt("Choose one of these: %s.", ", ".join(choices)))

    def _check_paths(self) -> None:
        allowed = {
            "path": PLACEHOLDERS if self.shape == "one" else ("location",),
            "lookup_path": ("sku",),
            "read_path": READ_PLACEHOLDERS,
            "look_path": PLACEHOLDERS,
        }
        for name in ("path", "test_path", "lookup_path", "read_path", "look_path"):
            path = getattr(self, name)
            if not path and name != "path":
                continue
            if not path.startswith("/") or path.startswith("//") or re.search(r"[\s#\\]", path):
                raise ProfileError(name, _lt("“%s” is no path: it begins with one slash and has no spaces.", path))
            unknown = [found for found in _PLACEHOLDER.findall(path) if found not in allowed.get(name, ())]
            if unknown or re.search(r"[{}]", _PLACEHOLDER.sub("", path)):
                raise ProfileError(name, self._why_not_in_path(name, unknown, allowed.get(name, ())))
        if self.lookup_path and "{sku}" not in self.lookup_path:
            raise ProfileError("lookup_path", _lt("The path that finds an item needs {sku} in it."))

    def _why_not_in_path(self, name: str, unknown: list[str], allowed: tuple[str, ...]) -> Text:
        if name == "path" and self.shape == "list" and {"sku", "id"}.intersection(unknown):
            return _lt("A request with many quantities has no room for one SKU or id in its path: send one at a time.")
        if not allowed:
            return _lt("Nothing can stand in curly brackets in this path.")
        choices = ", ".join(f"{{{choice}}}" for choice in allowed)
        return _lt("Only %s can stand in curly brackets in this path.", choices)

    def _check_fields(self) -> None:
        if not self.quantity_field:
            raise ProfileError("quantity_field", _lt("Name the field that holds the quantity."))
        if not (self.sends_sku or self.sends_id):
            raise ProfileError(
                "sku_field", _lt("Nothing says which item is meant: name a field for its SKU or its id.")
            )
        names = self.field_names
        for name in names:
            if not all(name.split(".")):
                raise ProfileError("quantity_field", _NO_FIELD % name)
            if names.count(name) > 1 or any(other.startswith(f"{name}.") for other in names):
                raise ProfileError("quantity_field", _lt("The field “%s” is used for two things.", name))
        if self.list_key and not all(self.list_key.split(".")):
            raise ProfileError("list_key", _NO_FIELD % self.list_key)
        if len(self.locations) > 1 and not self.sends_location:
            raise ProfileError(
                "location_field",
                _lt("With several locations every quantity has to say which one it is for: name a field."),
            )

    def _check_headers(self) -> None:
        if self.auth in ("header", "query") and not self.auth_name:
            raise ProfileError(
                "auth_name", _lt("Name the header, or the query parameter, that holds the access token.")
            )
        if self.auth == "header" and "{token}" not in self.token_format:
            raise ProfileError(
                "token_format", _lt("The format of the token needs {token} in it, as in Bearer {token}.")
            )
        names = [*self.headers, *([self.auth_name] if self.auth == "header" else ())]
        for name in names:
            if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
                raise ProfileError("headers", _lt("“%s” can't be sent as a header.", name))
        for value in (*self.headers.values(), self.token_format):
            if not isinstance(value, str) or value != value.strip() or not _HEADER_VALUE.fullmatch(value):
                raise ProfileError("headers", _lt("“%s” can't be sent in a header.", value))

    def _check_numbers(self) -> None:
        if not 1 <= self.batch_size <= LARGEST_BATCH:
            raise ProfileError("batch_size", _lt("A request carries 1 to %s quantities.", f"{LARGEST_BATCH:,}"))
        if not self.success_statuses or not all(200 <= status < 300 for status in self.success_statuses):
            raise ProfileError("success_statuses", _lt("Success is one or several HTTP statuses from 200 to 299."))

    def _check_expressions(self) -> None:
        for name in EXPRESSIONS:
            try:
                checked(getattr(self, name))
            except ExpressionError as error:
                raise ProfileError(name, error.reason) from None
        for name in ("result_ref", "result_ok", "result_error"):
            if getattr(self, name) and not self.results:
                raise ProfileError("results", _lt("Say where the list of results stands in the answer."))
        if self.results and not self.result_ref and self.shape == "list":
            raise ProfileError("result_ref", _lt("Say where a result names its item."))
        if self.lookup_path and not (self.lookup_items and (self.lookup_id or self.lookup_sku)):
            raise ProfileError(
                "lookup_items", _lt("Say where the answer holds the items found, and where their id or SKU.")
            )

    def _check_reading(self) -> None:
        if not self.read_path:
            for name in ("look_path", "read_items", "read_ref", "read_location", "read_quantity"):
                if getattr(self, name):
                    raise ProfileError("read_path", _lt("Say where the shop's quantities are read."))
            return
        if not self.read_quantity:
            raise ProfileError("read_quantity", _lt("Say where an item that is read has its quantity."))
        if not (self.reads_one or self.read_ref):
            raise ProfileError("read_ref", _lt("All items are read at once: say where each has its SKU or its id."))
        if self.reads_one and "{page}" in self.read_path:
            raise ProfileError("read_path", _lt("A path with {sku} or {id} reads one item, which has no pages."))
        if len(self.locations) > 1 and not (self.read_location or "{location}" in self.read_path):
            raise ProfileError(
                "read_location",
                _lt("With several locations the shop has a quantity at each: say where an item names it."),
            )
        if self.look_path:
            self._check_looking()

    def _check_looking(self) -> None:
        if self.reads_one:
            raise ProfileError("look_path", _lt("Quantities are read one at a time already: leave this empty."))
        if not names_item(self.look_path):
            raise ProfileError("look_path", _lt("The path that reads one quantity needs {sku} or {id} in it."))
        if len(self.locations) > 1 and not (self.read_location or "{location}" in self.look_path):
            raise ProfileError(
                "look_path", _lt("With several locations one item has several quantities: put {location} in this path.")
            )


def names_item(path: str) -> bool:
    """Whether a path is about one item."""
    return "{sku}" in path or "{id}" in path


EXPRESSIONS = (
    *("failure", "message", "results", "result_ref", "result_ok", "result_error"),
    *("lookup_items", "lookup_id", "lookup_sku"),
    *("read_items", "read_ref", "read_location", "read_quantity"),
)
#: every setting, as `RestProfile` has it
SETTINGS = tuple(setting.name for setting in fields(RestProfile))
