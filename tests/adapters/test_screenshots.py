# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the app store's page shows is taken by `make screenshots`."""

import re
import string

from dev import screenshots

DESCRIPTION = screenshots.FOLDER.parent
PLACES = {"home", "accounts", "logs", "account", "listing", "product"}


def test_the_page_shows_pictures_that_are_taken():
    shown = re.findall(r'src="screenshots/(\w+)\.png"', (DESCRIPTION / "index.html").read_text())
    assert {"dashboard", "setup", "listing", "product", "log"} == set(shown)
    assert set(shown) <= {screen.name for screen in screenshots.SCREENS}


def test_each_picture_has_a_name_of_its_own():
    names = [screen.name for screen in screenshots.SCREENS] + list(screenshots.DRAWINGS)
    assert len(names) == len(set(names))


def test_paths_ask_for_what_is_known():
    for screen in screenshots.SCREENS:
        asked = {name for _text, name, _format, _conversion in string.Formatter().parse(screen.path) if name}
        assert asked <= PLACES, screen.name


def test_right_to_left_is_looked_at():
    assert {screen.name for screen in screenshots.SCREENS if screen.language == screenshots.ARABIC} == {
        "dashboard_ar", "listing_ar"}


def test_drawings_are_there():
    for name in screenshots.DRAWINGS:
        assert (DESCRIPTION / f"{name}.svg").exists()
