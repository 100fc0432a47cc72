# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shopify's own schema, for contract tests: a gzipped introspection a version, `admin_2026-10.json.gz`."""

import gzip
import json
import os
from functools import cache
from pathlib import Path

import pytest
from graphql import build_client_schema

REPOSITORY = Path(__file__).resolve().parents[2]


def folders():
    """Where the schemas may lie, best first."""
    if os.environ.get("MARKETPLACE_SYNC_SPECS"):
        yield Path(os.environ["MARKETPLACE_SYNC_SPECS"]) / "shopify"
    yield REPOSITORY.parent / "shared" / "specs" / "shopify"
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "marketplace_sync" / "specs" / "shopify"


@cache
def _read(version):
    for folder in folders():
        path = folder / f"admin_{version}.json.gz"
        if path.is_file():
            with gzip.open(path) as file:
                introspection = json.load(file)
            return build_client_schema(introspection.get("data", introspection), assume_valid=True)
    return None


def load_schema(version):
    """Shopify's Admin API of `version`, such as 2026-10; skips the test when it is not at hand."""
    schema = _read(version)
    if schema is None:
        pytest.skip(
            f"Shopify's schema is missing: `npm pack @shopify/dev-mcp@1.16.0`, then copy "
            f"package/dist/data/admin_{version}.json.gz into {list(folders())[-1]} "
            f"or into shopify/ in the folder that MARKETPLACE_SYNC_SPECS names"
        )
    return schema
