# SPDX-License-Identifier: LGPL-3.0-or-later
"""What goes wrong in the chaos, one method for each trouble; each says what it did."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random

from dev import postgres, say
from dev.chaos import goods
from dev.chaos.crew import WRITERS, Crew
from dev.chaos.scene import Scene
from dev.chaos.servers import Servers, crash
from dev.chaos.weather import Weather
from dev.ground import Ground
from dev.postgres import connected
from dev.rpc import Client
from dev.say import Trouble

# The order they come in is the seed's. The first of them fit in a short run, and happen in every run.
SHORT = ("kill", "writer", "postgres", "outage", "sync_now", "archive", "token", "crons", "remap", "unknown")
ALL = (*SHORT, "upgrade")
CRONS, CRON_SECONDS = 200, 0.05
CRON_NAME = "Chaos: something else to do"
PRESSED = 2  # accounts at once: while stock moves, such a push lasts a minute
NOTICE_SECONDS = 2  # until Odoo's threads have noticed that PostgreSQL went away


class Troubles:
    """All troubles, by name; a Trouble raised means that one did not come about.

    :param crew: who moves the stock
    :param random: decides what happens to whom
    :param outage_seconds: how long a shop is away
    :param later: does something after so many seconds
    """

    def __init__(
        self, ground: Ground, scene: Scene, servers: Servers, crew: Crew, weather: Weather, random: Random,
        outage_seconds: float, later: Callable[[float, Callable[[], None]], None],
    ):  # fmt: skip
        self._ground, self._scene, self._servers, self._crew, self._weather = ground, scene, servers, crew, weather
        self._random, self._outage_seconds, self._later = random, outage_seconds, later
        self._unknown = 0
        self._archived: list[int] = []
        self._pressing = ThreadPoolExecutor(2 * PRESSED)

    def kill(self) -> None:
        """kill -9 of a server in the middle of a drain; it is started again, as a supervisor would."""
        number, account = self._servers.wait_for_drain()
        time.sleep(self._random.uniform(0, 0.05))
        self._servers.kill(number)
        self._say(f"kill -9 of server {number + 1} while it drains account {account}; it is started again")
        self._servers.start(number)

    def writer(self) -> None:
        """kill -9 of somebody who moves stock: right after a commit, or whatever it does; another takes over."""
        number, after_commit = self._random.randrange(WRITERS), self._random.random() < 0.5
        if after_commit:
            self._crew.kill_after_commit(number)
        else:
            self._crew.kill(number)
        self._crew.start(number)
        when = " right after a commit" if after_commit else ""
        self._say(f"kill -9 of writer {number + 1}{when}; another takes over")

    def postgres(self) -> None:
        """PostgreSQL restarted in order, restarted as in a crash, or one of its processes killed."""
        how = self._random.choice(["fast", "immediate", "kill -9 of a backend"])
        began = time.monotonic()
        if how in ("fast", "immediate"):
            postgres.restart(self._ground.server, how)
        else:
            crash(self._servers.backend())
        self._say(f"PostgreSQL restarted ({how}), {time.monotonic() - began:.1f} s")
        time.sleep(NOTICE_SECONDS)
        self.mend_crons()

    def mend_crons(self) -> None:
        """Restart the servers whose threads for scheduled actions did not survive."""
        for number in self._servers.without_crons():
            self._say(f"server {number + 1} has lost threads for scheduled actions, as Odoo does: it is restarted")
            self._servers.stop(number)
            self._servers.start(number)

    def outage(self) -> None:
        """A shop that can't be reached."""
        up = sorted(self._scene.shops.keys() - self._weather.down)
        if not up:
            raise Trouble("All shops are down already.")
        name = self._random.choice(up)
        self._weather.take_down(name)
        self._say(f"{name} is down for {self._outage_seconds:g} s")

        def end():
            if name in self._weather.down:
                self._weather.bring_back(name)
                self._say(f"{name} is back")

        self._later(self._outage_seconds, end)

    def token(self) -> None:
        """A token that is over."""
        self._say(f"{self._weather.expire_token(self._random)} refuses its token")

    def crons(self) -> None:
        """A full queue of other scheduled actions, all due at once."""
        with connected(self._scene.database) as cursor:
            cursor.execute("UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' WHERE cron_name = %s", [CRON_NAME])
            due = cursor.rowcount
        self._wake_crons()
        self._say(f"{due} other scheduled actions of {CRON_SECONDS:g} s each are due")

    def prepare_crons(self) -> None:
        """Make the other scheduled actions; none is due."""
        model = self._servers.call("ir.model", "search", [("model", "=", "res.partner")])[0]
        values = {
            "name": CRON_NAME, "model_id": model, "state": "code", "code": f"time.sleep({CRON_SECONDS})",
            "interval_number": 1, "interval_type": "months", "nextcall": "2099-01-01 00:00:00",
        }  # fmt: skip
        self._servers.call("ir.cron", "create", [values] * CRONS)

    def sync_now(self) -> None:
        """Somebody presses Sync now on the same accounts in both servers at once; they are not waited for."""
        names = sorted(self._random.sample(sorted(self._scene.accounts), PRESSED))
        clients = [(name, self._servers.client(number)) for name in names for number in self._servers.numbers]
        self._say(f"Sync now on {' and '.join(names)} in both servers at once")
        for name, client in clients:
            self._pressing.submit(self._press, client, name)

    def _press(self, client: Client, name: str) -> None:
        """Press Sync now, and say what Odoo answers; a server may well be killed meanwhile."""
        account = self._scene.accounts[name]
        try:
            with closing(client):
                answer = client.call("marketplace.config", "action_sync_now", [account])["params"]["message"]
        except Trouble as trouble:
            answer = str(trouble)
        self._say(f"Sync now on {name}: {answer}")

    def let_a_minute_pass(self) -> None:
        """Have the accounts' scheduled actions come round at once, as they do each minute: nobody was told of the last
        changes of stock."""
        with connected(self._scene.database) as cursor:
            cursor.execute(
                """
                UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC'
                 WHERE id IN (SELECT cron_id FROM marketplace_config
                               UNION SELECT cron_id FROM marketplace_config_part_rel)
                """
            )
        self._wake_crons()

    def finish(self) -> None:
        """Wait for the answers of those who pressed."""
        self._pressing.shutdown()

    def archive(self) -> None:
        """A product archived, or one that was archived put back."""
        if len(self._archived) > 2:
            product = self._archived.pop(self._random.randrange(len(self._archived)))
            self._servers.insist("product.product", "write", [product], {"active": True})
            self._say(f"product {product} is put back from the archive")
            return
        skus = self._random.sample(goods.skus()[: goods.HOT + goods.PLAIN], 3)
        products = self._servers.insist("product.product", "search", [("default_code", "in", skus)], order="id")
        if not products:
            raise Trouble("They are all archived already.")
        self._servers.insist("product.product", "write", products, {"active": False})
        self._archived += products[1:]
        self._say(f"products {products} are archived")
        self._later(self._random.uniform(1, 4), lambda: self._put_back(products[:1]))

    def _put_back(self, products: list[int]) -> None:
        self._servers.insist("product.product", "write", products, {"active": True})
        self._say(f"products {products} are put back from the archive")

    def remap(self) -> None:
        """The location of a shop fed by other locations of Odoo's."""
        name = self._random.choice(sorted(self._scene.accounts))
        domain = [("config_id", "=", self._scene.accounts[name])]
        [place, *_rest] = self._servers.insist("marketplace.location", "search", domain)
        names = self._random.choice([["Stock"], [goods.BACK_ROOM], ["Stock", goods.BACK_ROOM]])
        domain = [("name", "in", names), ("usage", "=", "internal"), ("warehouse_id", "!=", False)]
        [company] = self._servers.insist(
            "marketplace.config", "read", [self._scene.accounts[name]], ["company_id"]
        )  # fmt: skip
        domain.append(("company_id", "=", company["company_id"][0]))
        locations = self._servers.insist("stock.location", "search", domain)
        self._servers.insist("marketplace.location", "write", [place], {"location_ids": [(6, 0, locations)]})
        self._say(f"{name} is fed by {' and '.join(names)}")

    def unknown(self) -> None:
        """A product on sale in Odoo that no shop knows."""
        self._unknown += 1
        sku = f"{goods.UNKNOWN}-{self._unknown}"
        ticks = {shop.tick: True for shop in self._scene.shops.values()}
        self._servers.call("product.product", "create", [{**goods.MODEL, "name": sku, "default_code": sku, **ticks}])
        self._say(f"{sku} is ticked for all shops, and none of them has it")

    def upgrade(self) -> None:
        """The addon upgraded, beside running servers as Odoo's own Upgrade button does, or with both stopped."""
        began, beside = time.monotonic(), self._random.random() < 0.5
        if not beside:
            self._servers.stop()
        try:
            tries = self._servers.upgrade()
        finally:
            if not beside:
                self._servers.start(*self._servers.numbers)
        seconds = time.monotonic() - began
        how = "beside both servers" if beside else "with both servers stopped, then started again"
        self._say(f"the addon upgraded (-u) {how}, in {tries} tries and {seconds:.0f} s")

    def _wake_crons(self) -> None:
        """Wake the servers' threads for scheduled actions, as Odoo does: by the database postgres."""
        with connected() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self._scene.database])

    def _say(self, text: str) -> None:
        say.line(f"  {time.strftime('%H:%M:%S')}  {text}")
