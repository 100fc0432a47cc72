# SPDX-License-Identifier: LGPL-3.0-or-later
"""A sandbox eBay for a test: `ebay`, `ebay_server` in a thread, and `ebay_wire`, raw requests without any adapter."""

from urllib.parse import quote

import pytest
import requests
from lxml import etree

from sandbox.ebay import Marketplace, serve

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
NS = {"e": NAMESPACE}
INVENTORY = "/sell/inventory/v1"


class EbayWire:
    """Raw requests to a sandbox eBay, with an access token of its own."""

    def __init__(self, url, token):
        self.url, self.session = url, requests.Session()
        self.token = token

    def send(self, method, path, **options):
        """The response to a REST request."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.session.request(method, f"{self.url}{path}", headers=headers, timeout=10, **options)

    def get(self, path, **query):
        """The response to a GET of the Inventory API."""
        return self.send("GET", f"{INVENTORY}{path}", params=query)

    def item(self, sku):
        return self.get(f"/inventory_item/{quote(sku, safe='')}")

    def update(self, *entries):
        """The response to a bulk_update_price_quantity."""
        return self.send("POST", f"{INVENTORY}/bulk_update_price_quantity", json={"requests": list(entries)})

    def trade(self, call, body, **headers):
        """The response to a Trading API call; `body` is the XML inside its root."""
        headers = {
            "X-EBAY-API-CALL-NAME": call,
            "X-EBAY-API-COMPATIBILITY-LEVEL": "1349",
            "X-EBAY-API-SITEID": "0",
            "X-EBAY-API-IAF-TOKEN": self.token,
            "Content-Type": "text/xml",
            **headers,
        }
        xml = f'<?xml version="1.0" encoding="utf-8"?><{call}Request xmlns="{NAMESPACE}">{body}</{call}Request>'
        return self.session.post(f"{self.url}/ws/api.dll", data=xml.encode(), headers=headers, timeout=10)

    def revise(self, *rows, **headers):
        """The answer to a ReviseInventoryStatus of dicts of fields."""
        inner = "".join("<InventoryStatus>" + fields(row) + "</InventoryStatus>" for row in rows)
        return Answer(self.trade("ReviseInventoryStatus", inner, **headers))

    def limits(self, **query):
        """The rate of each API context."""
        answer = self.send("GET", "/developer/analytics/v1_beta/user_rate_limit/", params=query).json()
        return {row["apiContext"]: row["resources"][0]["rates"][0] for row in answer["rateLimits"]}


def fields(values):
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


def entry(sku, quantity=None, **offers):
    """An entry of a bulk update: ship-to-home pieces, and pieces by offer id."""
    found = {"sku": sku}
    if quantity is not None:
        found["shipToLocationAvailability"] = {"quantity": quantity}
    if offers:
        found["offers"] = [{"offerId": offer, "availableQuantity": pieces} for offer, pieces in offers.items()]
    return found


class Answer:
    """What a Trading API answer says."""

    def __init__(self, response):
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/xml")
        self.root = etree.fromstring(response.content)

    def text(self, path):
        """The text at a path such as `Item/Quantity`, None when there is none."""
        return self.root.findtext("/".join(f"e:{name}" for name in path.split("/")), namespaces=NS)

    @property
    def ack(self):
        return self.text("Ack")

    @property
    def errors(self):
        """(ErrorCode, values of the parameters) of each error and warning."""
        return [
            (
                int(row.findtext("e:ErrorCode", namespaces=NS)),
                row.xpath("e:ErrorParameters/e:Value/text()", namespaces=NS),
            )
            for row in self.root.iterfind("e:Errors", NS)
        ]

    @property
    def done(self):
        """The fields of each InventoryStatus."""
        return [
            {etree.QName(field).localname: field.text for field in row}
            for row in self.root.iterfind("e:InventoryStatus", NS)
        ]


@pytest.fixture
def ebay(now):
    return Marketplace(clock=lambda: now[0])


@pytest.fixture
def ebay_server(ebay):
    with serve(ebay) as server:
        yield server


@pytest.fixture
def ebay_wire(ebay, ebay_server):
    wire = EbayWire(ebay_server.url, ebay.grant_access_token())
    yield wire
    wire.session.close()
