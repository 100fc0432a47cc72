# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop that does everything its own way: nobody's real API, made to prove that a configured adapter copes.

    from sandbox.odd import OddShop, serve

    shop = OddShop()
    shop.add_item("SKU-1", quantity=5)
    with serve(shop) as server:
        ...  # PUT server.url/inventory.php?op=set as `odd` with the password odd_sandbox

    PUT /inventory.php?op=set
    {"payload": {"lines": [{"artikelnummer": "SKU-1", "lager": "HAUPT", "bestand": "7"}]}}

    202 {"result": {"lines": [{"ref": "SKU-1", "ok": false, "why": "unbekannter Artikel"}]}}
    200 {"status": "FAIL", "message": "..."}  when it makes nothing of the whole request

    GET /inventory.php?op=list&seite=1
    200 {"bestand": {"zeilen": [{"artikelnummer": "SKU-1", "lager": "HAUPT", "bestand": "7"}], "seiten": 1}}

    GET /inventory.php?op=show&artikel=SKU-1&lager=HAUPT
    200 {"artikelnummer": "SKU-1", "lager": "HAUPT", "bestand": "7"}, or 404 for an article it does not have there

Quantities are strings. A page of the list has 100 lines; there is nothing on the pages behind the last. It has no
search and no ids: it knows its articles by their SKU only. Unknown credentials are HTTP 401.
"""

from aiohttp import encode_basic_auth

from ..marketplace import Item, Marketplace, Refused, Route, answer, serve

FIELDS = ("artikelnummer", "lager", "bestand")
MAX_SKU, MAX_DIGITS = 255, 9
PAGE = 100


class OddShop(Marketplace):
    """A shop that does everything its own way.

    :param token: the password of the user `odd`, or the secret in another place:
    :param auth: `basic`; `header`, X-Zugang: Token <token>; or `query`, key=<token>
    :param form: `wrapped`, a list under payload.lines; `bare`, a list; or `single`, one line a call
    :param max_lines: lines a call may have
    """

    PLATFORM = "odd"
    LOCATION = "HAUPT"
    SETTINGS = {
        "token": str,
        "auth": ("basic", "header", "query"),
        "form": ("wrapped", "bare", "single"),
        "max_lines": int,
    }
    token, auth, form, max_lines = "odd_sandbox", "basic", "wrapped", 50
    ROUTES = (Route("PUT", "/inventory.php", "inventory", on="write"), Route("GET", "/inventory.php", "look"))

    def add_item(self, sku, quantity=0, location=None):
        """Put an article on sale, or more of it at another location, and give its SKU, which is its only id."""
        with self.lock:
            item = self.by_sku(sku) or Item(sku, sku)
            item.quantities[location or self.LOCATION] = quantity
            return self.put(item)

    def authorize(self, call):
        given, right = {
            "basic": (call.headers.get("Authorization"), encode_basic_auth("odd", self.token)),
            "header": (call.headers.get("X-Zugang"), f"Token {self.token}"),
            "query": (call.query.get("key"), self.token),
        }[self.auth]
        if given != right or self.token in self.revoked:
            raise Refused(401, "Zugang verweigert")

    def refusal(self, request, status, reason):
        """A wrong request is HTTP 200 with FAIL; only credentials, haste, wrong addresses and articles that are not
        there have their status."""
        return answer({"status": "FAIL", "message": reason}, 200 if status == 400 else status)

    def look(self, call):
        """One line, or a page of all of them."""
        query = {name: value for name, value in call.query.items() if self.auth != "query" or name != "key"}
        match query:
            case {"op": "list", "seite": page, **more} if not more:
                return self.page_of_lines(page)
            case {"op": "show", "artikel": sku, "lager": location, **more} if not more:
                item = self.by_sku(sku)
                if item is None or location not in item.quantities:
                    raise Refused(404, "unbekannter Artikel")
                return line_of(item, location)
        raise Refused(400, "op unbekannt, oder es fehlt etwas")

    def page_of_lines(self, page):
        if not (page.isascii() and page.isdecimal() and int(page) > 0):
            raise Refused(400, "seite ungültig")
        lines = [line_of(item, location) for item in self.items.values() for location in item.quantities]
        start = (int(page) - 1) * PAGE
        return {"bestand": {"zeilen": lines[start : start + PAGE], "seiten": -(-len(lines) // PAGE)}}

    def inventory(self, call):
        if call.query.get("op") != "set":
            raise Refused(400, "op unbekannt")
        lines = self.lines_of(call.json())
        if len(lines) > self.max_lines:
            raise Refused(400, f"zu viele Zeilen: höchstens {self.max_lines}")
        for line in lines:
            if not isinstance(line, dict) or sorted(line) != sorted(FIELDS):
                raise Refused(400, f"eine Zeile hat genau {', '.join(FIELDS)}")
            if not all(isinstance(value, str) for value in line.values()):
                raise Refused(400, "alle Werte sind Zeichenketten")
        return answer({"result": {"lines": [self.set_line(call, line) for line in lines]}}, 202)

    def lines_of(self, body):
        """The lines of a body in the right form; Refused otherwise."""
        if self.form == "single":
            return [body]
        if self.form == "wrapped":
            if not isinstance(body, dict) or body.keys() != {"payload"} or not isinstance(body["payload"], dict):
                raise Refused(400, "payload fehlt")
            body = body["payload"].get("lines")
        if not isinstance(body, list):
            raise Refused(400, "eine Liste wird erwartet")
        return body

    def set_line(self, call, line):
        """Set one quantity, and say how that went."""
        sku, location, quantity = (line[name] for name in FIELDS)
        item = self.by_sku(sku)
        why = None
        if len(sku) > MAX_SKU:
            why = "artikelnummer zu lang"
        elif item is None:
            why = "unbekannter Artikel"
        elif location not in item.quantities:
            why = "unbekanntes Lager"
        elif not (quantity.isascii() and quantity.isdecimal() and len(quantity) <= MAX_DIGITS):
            why = "bestand ungültig"
        if why:
            return {"ref": sku, "ok": False, "why": why}
        self.set_level(call, item, int(quantity), location)
        return {"ref": sku, "ok": True}


def line_of(item, location):
    """What is told of an article at a location."""
    return dict(zip(FIELDS, (item.sku, location, str(item.quantities[location])), strict=True))


SANDBOX = OddShop

__all__ = ["SANDBOX", "OddShop", "serve"]
