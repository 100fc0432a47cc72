# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox driven from another process: its control endpoints and its command line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import requests

from sandbox.shopify import Shop, serve

REPOSITORY = Path(__file__).resolve().parents[2]
NAME = "{ shop { name } }"


def test_control_endpoints(shop, wire):
    def post(path, **body):
        return requests.post(f"{wire.url}/_sandbox/{path}", json=body, timeout=10).json()

    def get(path):
        return requests.get(f"{wire.url}/_sandbox/{path}", timeout=10).json()

    location = post("locations", name="North")["id"]
    assert {"id": location, "name": "North", "active": True} in get("locations")["locations"]
    (item,) = post("items", items=[{"sku": "A", "quantities": {location: 5}}])["ids"]
    assert len(post("items", skus=["B", "C"], quantities={location: 1})["ids"]) == 2
    post("orders", sku="A", quantity=2, location=location)
    level = {"sku": "A", "item": item, "location": location, "quantity": 3}
    assert get("levels?sku=A")["levels"] == [level]
    assert [row["quantity"] for row in get("levels?name=on_hand")["levels"]] == [5, 1, 1]
    assert post("settings", latency_ms=1, plan="plus", bucket_size=50)["bucket_size"] == 50
    assert (shop.latency, shop.plan, shop.bucket.size) == (0.001, "plus", 50)
    post("faults", kind="500", times=9)
    requests.delete(f"{wire.url}/_sandbox/faults", timeout=10)
    assert wire.set([(item, location, 7, 3)])["userErrors"] == []
    (write,) = get("writes")["writes"]
    assert (write["from"], write["to"], write["sku"], write["idempotency_key"]) == (3, 7, "A", "key-1")
    assert get("writes?since=1") == {"writes": [], "next": 1}
    assert (get("stats")["requests"], get("stats")["writes"]) == (1, 1)
    assert "error" in post("settings", plans="plus")
    assert "error" in post("items", name="x")
    post("tokens/revoke", token=shop.token)
    assert wire.post(NAME).status_code == 401


def run(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", "shopify", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_process_says_where_it_listens_and_ends_when_told():
    process = run("--port", "0", "--token", "shpat_x", "--client-id", "a", "--client-secret", "b", "--plan", "plus")
    line = process.stdout.readline().strip()
    assert line.startswith("sandbox shopify listening on http://127.0.0.1:")
    headers = {"X-Shopify-Access-Token": "shpat_x"}
    url = f"{line.split()[-1]}/admin/api/2026-10/graphql.json"
    assert requests.post(url, json={"query": NAME}, headers=headers, timeout=10).status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_an_occupied_port_is_one_line():
    with serve(Shop()) as server:
        process = run("--port", str(server.port))
        output = process.communicate(timeout=10)
        assert (process.returncode, output[0]) == (1, "")
        assert output[1] == f"sandbox shopify: port {server.port} of 127.0.0.1 is already in use\n"
