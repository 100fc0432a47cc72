# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures of the demo's screens, taken with a headless Chromium: nothing is drawn.

    make screenshots                        all of SCREENS, and the drawings
    make screenshots ARGS="dashboard log"   some of them

They land in static/description/screenshots, where the app store's page and the README look for them. Another screen is
another line of SCREENS.
"""

import operator
import sys
from collections.abc import Collection
from dataclasses import dataclass

from dev import clone, provision, say
from dev.say import Trouble

FOLDER = clone.ROOT / "static" / "description" / "screenshots"
ENGLISH, ARABIC = "en_US", "ar_001"
ACCOUNT = "Shopify"  # whose screens are shown
SOLD = "E-COM12"  # the SKU of the product that is: delivered from in the demo
PATIENCE = 30  # seconds
UNKNOWN = "Reading Lamp"  # a product that no shop knows, so that there is something to mend


@dataclass(frozen=True)
class Screen:
    """A picture to take.

    :param name: of the file
    :param path: of the page; `_places` says what stands in braces
    :param ready: what is on it once it is all there, as a CSS selector
    :param press: what is clicked then, one after the other
    :param size: of the window, in pixels
    :param language: of the user, by Odoo's code; one that is not English is installed
    """

    name: str
    path: str
    ready: str
    press: tuple[str, ...] = ()
    size: tuple[int, int] = (1280, 800)
    language: str = ENGLISH


SCREENS = (
    Screen("dashboard", "/odoo/action-{home}", ".o_kanban_record:not(.o_kanban_ghost), .o_data_row"),
    Screen("setup", "/odoo/marketplace-setup", ".o_form_view .o_field_widget[name=platform]"),
    Screen("listing", "/odoo/marketplace.listing/{listing}", ".o_form_view .o_field_widget[name=explanation]"),
    Screen("product", "/odoo/product.template/{product}", ".o_form_view a[name=marketplaces]",
           press=("a[name=marketplaces]",)),
    Screen("log", "/odoo/action-{logs}", ".o_list_view .o_data_row"),
    Screen("dashboard_ar", "/odoo/action-{home}", ".o_kanban_record:not(.o_kanban_ghost), .o_data_row",
           language=ARABIC),
    Screen("listing_ar", "/odoo/marketplace.listing/{listing}", ".o_form_view .o_field_widget[name=explanation]",
           language=ARABIC),
)  # fmt: skip
# SVGs of static/description that the app store wants as PNGs, with their sizes in pixels.
DRAWINGS = {"banner": (560, 280)}


def main() -> int:
    """Take the pictures that are asked for."""
    names = set(sys.argv[1:])
    if unknown := names - {screen.name for screen in SCREENS} - DRAWINGS.keys():
        raise Trouble(f"There is no screen {', '.join(sorted(unknown))}: SCREENS in dev/screenshots.py lists them.")
    machine = provision.ready("dev.screenshots")
    from dev import browser  # only importable inside the environment

    screens = [screen for screen in SCREENS if not names or screen.name in names]
    with browser.opened() as page:
        for name in DRAWINGS:
            if not names or name in names:
                _draw(page, name)
        if screens:
            _photograph(machine, page, screens)
    return 0


def _draw(page, name: str) -> None:
    drawing = clone.ROOT / "static" / "description" / f"{name}.svg"
    page.size(*DRAWINGS[name])
    page.open(drawing.as_uri())
    page.wait_for("svg")
    drawing.with_suffix(".png").write_bytes(page.picture())
    say.line(f"Drawn: {drawing.with_suffix('.png').relative_to(clone.ROOT)}")


def _photograph(machine, page, screens: Collection[Screen]) -> None:
    from dev import mirror
    from dev.demo import scene, story

    if any(screen.language == ARABIC for screen in screens):
        mirror.put_on_path(machine.cache)
    with scene.opened(machine, "screens") as stage:
        story.Story(stage.client, stage.stalls, stage.database).play()
        _add_something_to_mend(stage.client)
        _install({screen.language for screen in screens} - {ENGLISH}, stage.client)
        places = _places(stage.client)
        page.cookie(stage.odoo.url, "session_id", stage.client.session_id)
        page.zone(_zone(stage.client))
        FOLDER.mkdir(exist_ok=True)
        for screen in screens:
            if _speak(screen.language, stage.client):
                page.open(stage.odoo.url + "/odoo")  # from then on pages come in the language's direction, too
                page.wait_for(".o_main_navbar")
            page.size(*screen.size)
            page.open(stage.odoo.url + screen.path.format(**places))
            page.wait_for(screen.ready)
            for selector in screen.press:
                page.press(selector)
            file = FOLDER / f"{screen.name}.png"
            file.write_bytes(page.picture())
            say.line(f"Taken: {file.relative_to(clone.ROOT)}")


def _add_something_to_mend(client) -> None:
    """Sell a product that the shop does not have, and wait until it has said so."""
    from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

    account = _account(client)
    [product] = client.call("product.product", "create", [
        {"name": UNKNOWN, "default_code": "LAMP-01", "is_storable": True, "shopify_product": True}])
    client.call("marketplace.config", "action_sync_now", [account])
    refused = [("product_id", "=", product), ("state", "=", "error")]
    # The scheduled action may be pushing it already: then the button leaves it to that.
    asking = Retrying(retry=retry_if_result(operator.not_), stop=stop_after_delay(PATIENCE), wait=wait_fixed(0.5))
    try:
        asking(client.find, "marketplace.listing", refused, ["id"])
    except RetryError as error:
        raise Trouble(f"The shop has not refused {UNKNOWN}, which it does not have.") from error


def _places(client) -> dict[str, int]:
    """Return the ids that paths are filled in with: actions of the menu, and records of the demo."""
    menu = client.find(
        "ir.ui.menu", [("parent_id", "=", client.external("marketplace_sync.menu_root"))], ["action"],
        order="sequence, id", limit=1)
    [listing] = client.find(
        "marketplace.listing", [("config_id", "=", _account(client)), ("sku", "=", SOLD)], ["product_tmpl_id"])
    return {
        "home": int(menu[0]["action"].partition(",")[2]),  # where the app opens
        "logs": client.external("marketplace_sync.marketplace_sync_log_action"),
        "account": _account(client), "listing": listing["id"], "product": listing["product_tmpl_id"][0],
    }  # fmt: skip


def _account(client) -> int:
    [account] = client.find("marketplace.config", [("name", "=", ACCOUNT)], ["id"])
    return account["id"]


def _install(languages: Collection[str], client) -> None:
    for code in sorted(languages):
        say.line(f"Odoo: installing the language {code}")
        found = client.find("res.lang", [("code", "=", code)], ["id"], context={"active_test": False})
        [wizard] = client.call(
            "base.language.install", "create", [{"lang_ids": [(6, 0, [lang["id"] for lang in found])]}])
        client.call("base.language.install", "lang_install", [wizard])


def _zone(client) -> str:
    """Return the user's time zone, which whoever looks at the pages lives in."""
    [user] = client.find("res.users", [("login", "=", "admin")], ["tz"])
    return user["tz"] or "UTC"


def _speak(language: str, client) -> bool:
    """Have the user's pages in a language; return whether they were in another one."""
    [user] = client.find("res.users", [("login", "=", "admin")], ["lang"])
    if user["lang"] == language:
        return False
    client.call("res.users", "write", [user["id"]], {"lang": language})
    return True


if __name__ == "__main__":
    say.command(main)
