# SPDX-License-Identifier: LGPL-3.0-or-later
"""The odd shop on the raw wire: its ways in, its forms, its refusals; and both shops as processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from sandbox.odd import OddShop, serve

REPOSITORY = Path(__file__).resolve().parents[2]
BASIC = {"auth": ("odd", "odd_sandbox")}


@pytest.fixture
def shop():
    shop = OddShop()
    shop.add_items(["A", "B"], quantity=5)
    return shop


@pytest.fixture
def put(shop):
    with serve(shop) as server:

        def put(body, op="set", **options):
            return requests.put(f"{server.url}/inventory.php?op={op}", json=body, timeout=10, **(options or BASIC))

        put.url = server.url
        yield put


def line(sku="A", quantity="7", location="HAUPT"):
    return {"artikelnummer": sku, "lager": location, "bestand": quantity}


def wrap(*lines):
    return {"payload": {"lines": lines}}


def test_each_line_has_its_answer(shop, put):
    shop.add_item("A", quantity=3, location="NORD")
    response = put(wrap(line(), line("?"), line("B", "-1"), line("B", location="SÜD"), line("A", "0", "NORD")))
    assert response.status_code == 202
    assert response.json()["result"]["lines"] == [
        {"ref": "A", "ok": True},
        {"ref": "?", "ok": False, "why": "unbekannter Artikel"},
        {"ref": "B", "ok": False, "why": "bestand ungültig"},
        {"ref": "B", "ok": False, "why": "unbekanntes Lager"},
        {"ref": "A", "ok": True},
    ]
    assert (shop.level("A"), shop.level("A", "NORD"), shop.level("B")) == (7, 0, 5)
    assert [write.as_json()["to"] for write in shop.writes] == [7, 0]


@pytest.mark.parametrize(
    ("body", "op"),
    [
        (wrap(line(quantity=7)), "set"),
        (wrap({"artikelnummer": "A", "bestand": "7"}), "set"),
        (wrap({**line(), "preis": "3"}), "set"),
        (wrap("A"), "set"),
        (wrap(*[line()] * 51), "set"),
        ([line()], "set"),
        (line(), "set"),
        ({"payload": [line()]}, "set"),
        ({**wrap(line()), "more": 1}, "set"),
        (wrap(line()), "get"),
    ],
)
def test_a_wrong_request_is_a_200_that_says_fail(shop, put, body, op):
    response = put(body, op)
    assert (response.status_code, response.json()["status"]) == (200, "FAIL")
    assert (response.json()["message"] != "", shop.level("A"), shop.writes) == (True, 5, [])


def test_a_body_that_is_no_json(shop, put):
    response = requests.put(f"{put.url}/inventory.php?op=set", data="{", timeout=10, **BASIC)
    assert (response.status_code, response.json()["status"]) == (200, "FAIL")
    assert requests.post(f"{put.url}/inventory.php?op=set", timeout=10, **BASIC).status_code == 405


@pytest.mark.parametrize(("form", "body"), [("bare", [line()]), ("single", line())])
def test_other_forms(shop, put, form, body):
    shop.change(form=form)
    assert put(wrap(line())).json()["status"] == "FAIL"
    assert put(body).json() == {"result": {"lines": [{"ref": "A", "ok": True}]}}
    assert shop.level("A") == 7


WAYS = {
    "basic": BASIC,
    "header": {"headers": {"X-Zugang": "Token odd_sandbox"}},
    "query": {"params": {"key": "odd_sandbox"}},
}


@pytest.mark.parametrize("auth", WAYS)
def test_one_way_in(shop, put, auth):
    shop.change(auth=auth)
    for way, options in WAYS.items():
        assert put(wrap(line()), **options).status_code == (202 if way == auth else 401)
    assert put(wrap(line()), auth=("odd", "wrong")).status_code == 401


@pytest.mark.parametrize("sku", ["a b", "a/b?c#d", "q\"'", "📦", "مخزن", "x" * 50, "x" * 255])
def test_any_sku_and_large_quantities(shop, put, sku):
    shop.add_item(sku)
    assert put(wrap(line(sku, "999999999"))).json()["result"]["lines"] == [{"ref": sku, "ok": True}]
    assert shop.level(sku) == 999_999_999
    assert put(wrap(line(sku, "1000000000"))).json()["result"]["lines"][0]["ok"] is False
    assert put(wrap(line("x" * 256))).json()["result"]["lines"][0]["why"] == "artikelnummer zu lang"


def test_control_endpoints(shop, put):
    def control(method, path, **body):
        return requests.request(method, f"{put.url}/_sandbox/{path}", json=body, timeout=10).json()

    assert control("POST", "items", items=[{"sku": "C", "quantity": 4}, {"sku": "D"}]) == {"ids": ["C", "D"]}
    assert control("POST", "items", skus=["E", "F"], quantity=2) == {"ids": ["E", "F"]}
    control("POST", "orders", sku="C", quantity=3)
    level = {"sku": "C", "item": "C", "location": "HAUPT", "quantity": 1}
    assert control("GET", "levels?sku=C") == {"levels": [level]}
    assert [row["quantity"] for row in control("GET", "levels")["levels"]] == [5, 5, 1, 0, 2, 2]
    assert put(wrap(line(), line("B"))).status_code == 202
    writes = control("GET", "writes?since=1")
    assert [(row["sku"], row["from"], row["to"]) for row in writes["writes"]] == [("B", 5, 7)]
    assert (writes["next"], control("GET", "writes?since=2")["writes"]) == (2, [])
    stats = control("GET", "stats")
    assert (stats["requests"], stats["writes"], stats["calls"]) == (1, 2, {"read": 0, "write": 1, "token": 0})
    assert control("POST", "settings", latency_ms=1, form="bare")["latency_ms"] == 1
    assert (shop.latency, shop.form) == (0.001, "bare")
    for path, wrong in (("settings", {"form": "round"}), ("items", {"skus": ["G"], "x": 1}), ("faults", {"kind": "x"})):
        assert "error" in control("POST", path, **wrong)
    control("POST", "tokens/revoke", token="odd_sandbox")
    assert put([line()]).status_code == 401


@pytest.mark.parametrize(
    ("platform", "options", "setting"),
    [
        ("odd", ["--form", "bare", "--auth", "query"], ("auth", "query")),
        ("cartona", ["--answers", "silent", "--token", "t"], ("answers", "silent")),
    ],
)
def test_as_a_process(platform, options, setting):
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", platform, "--latency-ms", "1", *options],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = process.stdout.readline().split()
    assert said[:-1] == ["sandbox", platform, "listening", "on"]
    settings = requests.post(f"{said[-1]}/_sandbox/settings", json={}, timeout=10).json()
    assert (settings[setting[0]], settings["latency_ms"]) == (setting[1], 1)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0
