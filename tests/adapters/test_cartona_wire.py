# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cartona's wire format, pinned. To record again after a wanted change: delete tests/adapters/cassettes/cartona_*.yaml
and run with MARKETPLACE_SYNC_RECORD=1."""

import pytest

from adapters.base import Acknowledged, Level, Rejected, RemoteItem
from sandbox.cartona import Supplier, serve
from test_cartona_kit import cartona_adapter
from wire_tape import FOLDER, recorded

PORT = 18725
SOCK, MUG = "10000000001", "10000000002"


def tape(name, answers="items", verify="sample", supplier_code=""):
    def shop():
        supplier = Supplier()
        supplier.answers = answers
        supplier.add_item('SOCK "red"', 5)
        supplier.add_item("MUG", 5, base_product_id="650", unit="box", unit_count=12)
        return serve(supplier, port=PORT)

    adapter = cartona_adapter(f"http://127.0.0.1:{PORT}", verify=verify, supplier_code=supplier_code, parallel=1)
    return recorded(f"cartona_{name}", adapter, shop, sent_headers=["AuthorizationToken"])


def test_link():
    with tape("link") as adapter:
        assert set(adapter.find(['SOCK "red"', "NONE"], {MUG: "MUG"})) == {
            RemoteItem(MUG, "MUG", item_id=MUG),
            RemoteItem(SOCK, 'SOCK "red"', item_id=SOCK),
        }


def test_pages():
    with tape("pages") as adapter:
        assert len(list(adapter.find(["MUG", *(f"none-{n}" for n in range(20))]))) == 1


def test_push():
    levels = [Level(SOCK, SOCK, "default", 8), Level("gone", "sku:GONE", "default", 0)]
    with tape("push", supplier_code="7") as adapter:
        assert [type(outcome) for outcome in adapter.push(levels)] == [Acknowledged, Rejected]


def test_push_and_read_back():
    levels = [Level(SOCK, SOCK, "default", 8), Level("base", "base:650", "default", 30)]
    with tape("read_back", answers="plain", verify="always") as adapter:
        assert [type(outcome) for outcome in adapter.push(levels)] == [Acknowledged, Acknowledged]


def test_connection():
    with tape("test") as adapter:
        assert adapter.test().name == "Cartona"


@pytest.mark.parametrize("name", ["link", "pages", "push", "read_back", "test"])
def test_recordings_hold_no_secret(name):
    assert "cartona_sandbox" not in (FOLDER / f"cartona_{name}.yaml").read_text()
