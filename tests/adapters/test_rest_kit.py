# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the REST tests share: the presets that are shipped, and adapters for the odd shop."""

import ast
from pathlib import Path

import pytest
from lxml import etree

from adapters.base import Connection, Level
from adapters.rest import RestAdapter, RestProfile
from adapters.rest.texts import from_texts

PRESETS = Path(__file__).parents[2] / "data" / "marketplace_rest_profile.xml"
BASIC = {"username": "odd", "password": "odd_sandbox"}
TOKEN = {"access_token": "tok_sandbox"}


def preset(name):
    """One of the presets the addon ships, as its data file has it."""
    (record,) = etree.parse(PRESETS).xpath(f"//record[@id='marketplace_rest_profile_{name}']")
    fields = {field.get("name"): field for field in record if field.get("name") not in ("name", "note")}
    return from_texts(
        {
            name: ast.literal_eval(field.get("eval")) if field.get("eval") else field.text
            for name, field in fields.items()
        }
    )


def rest_adapter(url, profile=None, credentials=None, clock=None, sleep=None, **settings):
    times = {name: value for name, value in (("clock", clock), ("sleep", sleep)) if value}
    settings = {"connect_timeout": 2.0, "read_timeout": 5.0, "attempts": 1, **settings}
    credentials = TOKEN if credentials is None else credentials
    options = {"profile": profile or RestProfile()}
    connection = Connection(url, credentials=credentials, options=options, allow_private=True, **settings)
    return RestAdapter(connection, **times)


def levels_of(*skus, quantity=8, location="default", **values):
    return [Level(sku, sku, location, quantity, sku=sku, **values) for sku in skus]


def outcomes_of(adapter, levels):
    return {outcome.key: outcome for outcome in adapter.push(levels)}


@pytest.mark.parametrize("name", ["list", "single", "cartona", "odd"])
def test_presets_work(name):
    assert preset(name).quantity_field
