# SPDX-License-Identifier: LGPL-3.0-or-later
"""A headless Chromium over its DevTools protocol: enough to open a page, press something and take a picture."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import requests
import websocket

from dev.run import stop
from dev.say import Trouble

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--headless",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-color-profile=srgb",
)
PATIENCE = 60  # seconds, for anything of it
GLANCE = 0.1


class Page:
    """The one page of a browser."""

    def __init__(self, socket: websocket.WebSocket):
        self._socket = socket
        self._asked = 0
        for domain in ("Page", "Runtime", "Network"):
            self._call(f"{domain}.enable")

    def size(self, width: int, height: int) -> None:
        """Make the window so large, in pixels."""
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def zone(self, name: str) -> None:
        """Have it believe to be in a time zone, by its name in the IANA database."""
        self._call("Emulation.setTimezoneOverride", timezoneId=name)

    def cookie(self, url: str, name: str, value: str) -> None:
        """Have it send a cookie to a site."""
        self._call("Network.setCookie", url=url, name=name, value=value)

    def open(self, url: str) -> None:
        """Load an address, anew also where only the part behind # differs."""
        self._call("Page.navigate", url="about:blank")
        answer = self._call("Page.navigate", url=url)
        if answer.get("errorText"):
            raise Trouble(f"The browser could not open {url}: {answer['errorText']}.")

    def wait_for(self, selector: str) -> None:
        """Wait until something is shown.

        :param selector: of CSS
        """
        seen = f"!!document.querySelector({json.dumps(selector)}) && document.fonts.status === 'loaded'"
        if not _in_time(lambda: self.evaluate(seen)):
            raise Trouble(f"{self.evaluate('location.href')} shows no {selector}.")

    def press(self, selector: str) -> None:
        """Click something, once it is there."""
        self.wait_for(selector)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def evaluate(self, script: str) -> Any:
        """Return what a script gives."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise Trouble(f"The browser could not do {script}: {answer['exceptionDetails']['text']}.")
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """Return the window as a PNG, once nothing moves in it any more."""
        shots = [b""]

        def is_still() -> bool:
            shots.append(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))
            return shots[-1] == shots[-2]

        _in_time(is_still, every=5 * GLANCE)
        return shots[-1]

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:  # events come in between
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._asked:
                break
        if "error" in answer:
            raise Trouble(f"The browser refused {method}: {answer['error']['message']}.")
        return answer["result"]


@contextmanager
def opened() -> Iterator[Page]:
    """Start a browser, and stop it at the end.

    :raises Trouble: there is none on this machine, or it does not start
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        raise Trouble("There is no Chromium on this machine: apt-get install chromium, and run again.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses root otherwise
        process = subprocess.Popen(
            [program, *SWITCHES, *sandbox, f"--user-data-dir={home}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            with closing(websocket.create_connection(
                _address(process, Path(home)), suppress_origin=True, timeout=PATIENCE)) as socket:
                yield Page(socket)
        finally:
            stop(process)


def _address(process: subprocess.Popen, home: Path) -> str:
    """Return where the first page listens."""
    told = home / "DevToolsActivePort"
    if not _in_time(lambda: process.poll() is not None or (told.exists() and told.read_text().count("\n"))):
        raise Trouble("The browser did not start in time.")
    if process.poll() is not None:
        raise Trouble(f"The browser stopped while it was starting, with status {process.returncode}.")
    port = told.read_text().split()[0]
    pages = requests.get(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE).json()
    return next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")


def _in_time(is_done, every: float = GLANCE) -> bool:
    """Ask again and again; whether it was done before our patience was over."""
    deadline = time.monotonic() + PATIENCE
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
