# SPDX-License-Identifier: LGPL-3.0-or-later
"""Talk to a running Odoo as its web client does: signed in, one call a click."""

from typing import Any

import requests

from dev.say import Trouble

TIMEOUT = 120


class Client:
    """A user's session."""

    def __init__(self, url: str, database: str, login: str = "admin", password: str = "admin"):
        self.url = url
        self._session = requests.Session()
        self._post("/web/session/authenticate", "sign in", {"db": database, "login": login, "password": password})

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a model's method; a button's first argument is the list of record ids."""
        name = f"{model}.{method}"
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{name}", name, params)

    def find(self, model: str, domain: list, fields: list[str], **options: Any) -> list[dict]:
        """Search and read."""
        return self.call(model, "search_read", domain, fields, **options)

    def external(self, name: str) -> int:
        """Return the id of the record with that external id."""
        return self.call("ir.model.data", "check_object_reference", *name.split("."))[1]

    def load_action(self, name: str) -> dict:
        """Return an action as the web client loads it.

        :param name: its external id
        """
        return self._post("/web/action/load", name, {"action_id": name})

    def load(self, url: str, **form: str) -> requests.Response:
        """Load a page as the user's browser would, or send a form it showed; a redirect is left to the caller."""
        method = "POST" if form else "GET"
        try:
            page = self._session.request(method, url, data=form, timeout=TIMEOUT, allow_redirects=False)
            page.raise_for_status()
        except requests.RequestException as error:
            raise Trouble(f"A page could not be loaded: {error}") from error
        return page

    @property
    def session_id(self) -> str:
        """The cookie by which Odoo knows this user, for a browser to go on with."""
        return self._session.cookies["session_id"]

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def _post(self, path: str, what: str, params: dict) -> Any:
        question = {"jsonrpc": "2.0", "params": params}
        try:
            answer = self._session.post(f"{self.url}{path}", json=question, timeout=TIMEOUT)
            answer.raise_for_status()
            body = answer.json()
        except requests.RequestException as error:
            raise Trouble(f"Odoo did not answer to {what}: {error}") from error
        if error := body.get("error"):
            raise Trouble(f"Odoo refused {what}: {error.get('data', {}).get('message') or error['message']}")
        return body.get("result")  # a method that returns nothing leaves it out
