# SPDX-License-Identifier: LGPL-3.0-or-later
"""The other connector's packages, in a folder of their own in the cache, and an Odoo that knows them."""

import re
from dataclasses import replace
from pathlib import Path

from dev import database, venv
from dev.provision import Machine

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
ADDON = "shopify_connector"
# What it depends on is in every database, so that nothing but the connectors differs.
MODULES = f"{database.MODULES},sale_management,stock_delivery"


def beside(machine: Machine) -> Machine:
    """Return the machine with the other connector among Odoo's addons, installed first when it is not there."""
    folder = venv.beside(machine.cache, REQUIREMENTS, "peer")
    return replace(machine, odoo=replace(machine.odoo, others=(folder,)))


def versions() -> dict[str, str]:
    """Return the versions of its packages, by name."""
    return dict(re.findall(r"^([\w-]+)==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE))
