# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ways to spoil a good answer: bytes that are none, fields that are gone, of another type, elsewhere, or too many."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import requests
from hypothesis import strategies as st
from lxml import etree

from fuzz_kit import Good

#: What a field is replaced by; `ECHO` stands for a secret of the account.
ECHO = "the account's secret"
VALUES = (
    *(None, True, False, 0, -1, 1, 5, 8, 1.5, -0.0, float("nan"), float("inf"), 1e308, 10**400, 2**31, 2**63),
    *("", " ", "5", "8.0", "null", "\x00", "\ud800", "‮", "x" * 70_000, "<b>&amp;", "true", "١", "1e999", ECHO),
    *([], {}, [[]], [None], {"": None}, [{}, {}], ["a"], {"message": ["no"]}, {"error": {"message": 5}}),
)
BODIES = (
    *(b"", b"null", b"[]", b"{}", b"true", b"5", b'"ok"', b"NaN", b"\xff\xfe{}", b"\x00", b"<html>Busy</html>"),
    *(b"[" * 99, b"[" * 200_000, b'{"a":' * 50_000, b"9" * 10_000, b"{}{}", b"\xef\xbb\xbf{}", b"<a>", b"<a/>"),
    *(b'{"errors": [null, 5, {"extensions": 7}]}', b"<a/><b/>"),
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;&b;'>]><a>&d;</a>",
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><Ack>&x;</Ack>',
)
STATUSES = (
    *(200, 201, 202, 204, 206, 299, 300, 301, 302, 304, 400, 401, 402, 403, 404, 405, 408, 409, 412, 413, 422, 425),
    *(429, 430, 451, 499, 500, 501, 502, 503, 504, 507, 520, 599, 999),
)
HEADERS = (
    *(("Content-Type", kind) for kind in ("", "text/html", "application/json; charset=utf-16", "x" * 9000, "\x00")),
    *(("Retry-After", wait) for wait in ("0", "-1", "nan", "inf", "1e999", "9" * 99, "soon", "Mon, 32 Foo 2024")),
    *((name, value) for name in ("X-Request-Id", "rlogid") for value in ("\x00\x01", "x" * 9000, "ÿ", ECHO)),
    *(("Content-Encoding", kind) for kind in ("gzip", "deflate", "nonsense")),
    *(("Location", "http://elsewhere.example.com/"), ("Location", "::"), ("Set-Cookie", "a=b; Domain=.")),
)
ERRORS = (
    *(requests.ConnectionError(), requests.ReadTimeout(), requests.exceptions.ChunkedEncodingError()),
    *(requests.exceptions.ContentDecodingError(), requests.exceptions.InvalidHeader(), requests.TooManyRedirects()),
)


@dataclass(frozen=True)
class Spoil:
    """One way to spoil an answer.

    :param how: see `WAYS`
    :param where: picks a field, or a byte, of however many there are
    :param value: what comes there
    """

    how: str
    where: int = 0
    value: object = None

    def __call__(self, good: Good, secret: str) -> Good | Exception:
        if self.how == "error":
            return self.value
        return WAYS[self.how](good, self.where, _with_secret(self.value, secret))


def _with_secret(value, secret):
    if isinstance(value, tuple):
        return tuple(_with_secret(part, secret) for part in value)
    return secret if value == ECHO else value


# === FIELDS === #


def _places(tree) -> list[tuple]:
    """Every field and element of a tree of JSON: (what holds it, its name or number)."""
    places = [(tree, name) for name in (tree if isinstance(tree, dict) else range(len(tree)))]
    return [*places, *(
        place for holder, name in places if isinstance(holder[name], dict | list) for place in _places(holder[name]))]


def _in_json(change: Callable) -> Callable:
    """A way that changes one field of a body; in XML it changes one element."""

    def spoil(good: Good, where: int, value: object) -> Good:
        try:
            tree = json.loads(good.body)
        except (ValueError, RecursionError):
            return _in_xml(good, where, value, change.__name__)
        if not isinstance(tree, dict | list) or not (places := _places(tree)):
            return good
        change(*places[where % len(places)], value)
        return replace(good, body=json.dumps(tree).encode())

    return spoil


def _in_xml(good, where, value, change):
    try:
        root = etree.fromstring(good.body)
    except (etree.XMLSyntaxError, ValueError):
        return good
    elements = list(root.iter(etree.Element))
    element = elements[where % len(elements)]
    parent = element.getparent()
    if change == "remove" and parent is not None:
        parent.remove(element)
    elif change == "double" and parent is not None:
        parent.append(etree.fromstring(etree.tostring(element)))
    elif change == "nest":
        etree.SubElement(element, element.tag).text = "5"
    elif change == "rename":
        element.tag = "{urn:other}" + etree.QName(element).localname
    else:
        text = "".join(char for char in str(value)[:80_000] if char.isprintable() and char < "\ud800")
        for child in list(element):
            element.remove(child)
        element.text = text
    return replace(good, body=etree.tostring(root))


def remove(holder, name, _value):
    del holder[name]


def retype(holder, name, value):
    holder[name] = value


def double(holder, name, value):
    if isinstance(holder, list):
        holder.extend([holder[name]] * 3)
    else:
        holder[f"{name}s"] = holder[name]


def nest(holder, name, _value):
    holder[name] = [{name: holder[name]}] if isinstance(holder, dict) else [holder[name]]


def rename(holder, name, value):
    if isinstance(holder, dict):
        holder[str(value)[:20]] = holder.pop(name)
    else:
        holder.reverse()


# === BYTES AND HEADERS === #


def _cut(good, where, _value):
    headers = good.headers if where % 2 else {**good.headers, "Content-Length": str(len(good.body))}
    return replace(good, headers=headers, body=good.body[: where % (len(good.body) + 1)])


def _flip(good, where, _value):
    body = bytearray(good.body or b"\0")
    body[where % len(body)] ^= 1 << where % 8
    return replace(good, body=bytes(body))


def _encode(good, where, _value):
    text = good.body.decode("utf-8", "replace")
    bodies = (text.encode("utf-16"), text.encode("utf-7"), b"\xef\xbb\xbf" + good.body, gzip.compress(good.body))
    return replace(good, body=bodies[where % 4])


def _other_body(good, _where, value):
    return replace(good, body=value)


def _status(good, _where, value):
    return replace(good, status=value)


def _header(good, _where, value):
    return replace(good, headers={**good.headers, value[0]: value[1]})


WAYS = {
    **{change.__name__: _in_json(change) for change in (remove, retype, double, nest, rename)},
    "cut": _cut, "flip": _flip, "encode": _encode, "body": _other_body, "status": _status, "header": _header,
}

_anywhere = st.integers(0, 10_000)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
spoils = st.one_of(
    st.builds(Spoil, st.sampled_from(("remove", "double", "nest", "cut", "flip", "encode")), _anywhere),
    st.builds(Spoil, st.sampled_from(("retype", "rename")), _anywhere, st.sampled_from(VALUES)),
    st.builds(Spoil, st.just("retype"), _anywhere, _json),
    st.builds(Spoil, st.just("body"), value=st.sampled_from(BODIES) | st.binary(max_size=60)),
    st.builds(Spoil, st.just("status"), value=st.sampled_from(STATUSES)),
    st.builds(Spoil, st.just("header"), value=st.sampled_from(HEADERS)),
    st.builds(Spoil, st.just("error"), value=st.sampled_from(ERRORS)),
)


# === WITHOUT A WORD ABOUT ONE ITEM === #


def silent_about(good: Good, names: set[str]) -> Good:
    """An answer without those elements of its lists that name an item in any way."""
    try:
        tree = json.loads(good.body)
    except ValueError:
        root = etree.fromstring(good.body)
        for child in [child for child in root if names.intersection(child.itertext())]:
            root.remove(child)
        return replace(good, body=etree.tostring(root))
    return replace(good, body=json.dumps(_without(tree, names)).encode())


def _without(tree, names):
    if isinstance(tree, list):
        return [_without(one, names) for one in tree if not names.intersection(_texts(one))]
    if isinstance(tree, dict):
        return {name: _without(one, names) for name, one in tree.items()}
    return tree


def _texts(tree) -> set[str]:
    if isinstance(tree, dict | list):
        return {text for one in (tree.values() if isinstance(tree, dict) else tree) for text in _texts(one)}
    return {str(tree)}
