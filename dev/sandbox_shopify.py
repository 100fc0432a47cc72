# SPDX-License-Identifier: LGPL-3.0-or-later
"""The stand-in Shopify as a child process, driven over its endpoints under /_sandbox/."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from dev import clone
from dev.provision import Machine
from dev.run import environment, stop
from dev.say import Trouble

CLIENT_ID, CLIENT_SECRET = "sandbox-client", "sandbox-secret"
TIMEOUT = 60


class Shop:
    """A shop in another process."""

    def __init__(self, url: str, process: subprocess.Popen):
        self.url = url
        self.process = process
        self._session = requests.Session()

    def get(self, what: str, **query: Any) -> dict:
        """Read something of the shop; sandbox/shopify/control.py lists what there is."""
        return self._ask("GET", what, params=query)

    def post(self, what: str, **body: Any) -> dict:
        """Do something to the shop."""
        return self._ask("POST", what, json=body)

    def writes(self, since: int = 0) -> list[dict]:
        """Return the quantities the shop accepted, in their order, without the first `since`."""
        return self.get("writes", since=since)["writes"]

    def quantity(self, sku: str) -> int:
        """Return what the shop has for sale of a SKU, all its locations together."""
        return sum(level["quantity"] for level in self.get("levels", sku=sku)["levels"])

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def _ask(self, method: str, what: str, **question: Any) -> dict:
        try:
            answer = self._session.request(method, f"{self.url}/_sandbox/{what}", timeout=TIMEOUT, **question)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise Trouble(f"The sandbox Shopify did not answer to {what}: {error}") from error
        return answer.json()


@contextmanager
def running(machine: Machine, *options: str) -> Iterator[Shop]:
    """Run a shop on a free port while the block runs; `options` as `python -m sandbox shopify --help` lists them."""
    process = subprocess.Popen(
        [str(machine.python), "-m", "sandbox", "shopify", *options],
        cwd=clone.ROOT,
        env=environment(PYTHONUNBUFFERED="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches us alone; we then stop it in order
    )
    try:
        said = process.stdout.readline().split()
        if not said:
            raise Trouble("The sandbox Shopify does not start: run `python3 -m sandbox shopify` to see why.")
        shop = Shop(said[-1], process)
        yield shop
        shop.close()
    finally:
        stop(process)
