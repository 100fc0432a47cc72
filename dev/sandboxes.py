# SPDX-License-Identifier: LGPL-3.0-or-later
"""The stand-in marketplaces as child processes, driven over their endpoints under /_sandbox/."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import requests

from dev import clone
from dev.provision import Machine
from dev.run import environment, stop
from dev.say import Trouble

TIMEOUT = 60
ODD_PRESET = "marketplace_sync.marketplace_rest_profile_odd"
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
# What the stand-ins take from an account in Odoo, by its fields' names.
ACCOUNTS = {
    "shopify": {"platform": "shopify", **CLIENT},
    "ebay": {"platform": "ebay", **CLIENT, "ebay_ru_name": "Sandbox-Sandbox-SBX-runame"},
    "cartona": {"platform": "cartona", "access_token": "cartona_sandbox"},
    "odd": {"platform": "rest", "username": "odd", "password": "odd_sandbox"},
}


class Shop:
    """A shop in another process, which may still be starting; whoever asks it for something waits.

    :param sandbox: which one, a key of ACCOUNTS
    """

    def __init__(self, sandbox: str, process: subprocess.Popen):
        self.sandbox = sandbox
        self.process = process
        self._session = requests.Session()

    @cached_property
    def url(self) -> str:
        """Where it listens."""
        said = self.process.stdout.readline().split()
        if not said:
            raise Trouble(f"This sandbox does not start: run `python3 -m sandbox {self.sandbox}` to see why.")
        return said[-1]

    @property
    def account(self) -> dict[str, Any]:
        """The values of an account in Odoo that sells here; a REST account also wants its request format."""
        return {"base_url": self.url, "allow_private": True, "sandbox": True, **ACCOUNTS[self.sandbox]}

    @property
    def tick(self) -> str:
        """The field of a product that puts it on sale here."""
        return f"{ACCOUNTS[self.sandbox]['platform']}_product"

    def get(self, what: str, **query: Any) -> dict:
        """Read something of the shop; sandbox/control.py, and the shop's own control.py, list what there is."""
        return self._ask("GET", what, params=query)

    def post(self, what: str, **body: Any) -> dict:
        """Do something to the shop."""
        return self._ask("POST", what, json=body)

    def delete(self, what: str) -> dict:
        """Take something away from the shop."""
        return self._ask("DELETE", what)

    def writes(self, since: int = 0) -> list[dict]:
        """Return the quantities the shop accepted, in their order, without the first `since`."""
        return self.get("writes", since=since)["writes"]

    def quantities(self) -> dict[str, int]:
        """Return what the shop has for sale by its own name of each item, all its locations together."""
        pieces: dict[str, int] = {}
        for level in self.get("levels")["levels"]:
            pieces[level["item"]] = pieces.get(level["item"], 0) + level["quantity"]
        return pieces

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def _ask(self, method: str, what: str, **question: Any) -> dict:
        try:
            answer = self._session.request(method, f"{self.url}/_sandbox/{what}", timeout=TIMEOUT, **question)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise Trouble(f"The sandbox {self.sandbox} did not answer to {what}: {error}") from error
        return answer.json()


@contextmanager
def running(machine: Machine, sandbox: str, *options: str) -> Iterator[Shop]:
    """Run a shop on a free port while the block runs.

    :param sandbox: a key of ACCOUNTS
    :param options: as `python -m sandbox <sandbox> --help` lists them
    """
    process = subprocess.Popen(
        [str(machine.python), "-m", "sandbox", sandbox, *options],
        cwd=clone.ROOT,
        env=environment(PYTHONUNBUFFERED="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches us alone; we then stop it in order
    )
    shop = Shop(sandbox, process)
    try:
        yield shop
    finally:
        shop.close()
        stop(process)
