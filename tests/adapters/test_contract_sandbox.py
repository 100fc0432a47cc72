# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sandbox's SDL says nothing that Shopify's own schema does not say alike."""

import pytest
from graphql import (
    build_schema,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_introspection_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
    print_schema,
)

from real_schema import load_schema
from sandbox.shopify.engine import schema_of

VERSIONS = ("2026-07", "2026-10")


def differences(ours, real):
    """What `ours` has that `real` has not, or has otherwise; one line each."""
    found = []
    for name, kind in ours.type_map.items():
        if is_introspection_type(kind):
            continue
        theirs = real.type_map.get(name)
        if type(theirs) is not type(kind):
            found.append(f"type {name}")
            continue
        if is_enum_type(kind):
            found += [f"value {name}.{value}" for value in kind.values if value not in theirs.values]
        if is_object_type(kind) or is_interface_type(kind):
            names = {interface.name for interface in theirs.interfaces}
            found += [f"{name} implements {row.name}" for row in kind.interfaces if row.name not in names]
            found += differing_fields(name, kind, theirs)
        if is_input_object_type(kind):
            found += differing_inputs(name, kind.fields, theirs.fields, is_required_input_field)
    for directive in ours.directives:
        theirs = real.get_directive(directive.name)
        if directive.name == "idempotent" and (theirs is None or theirs.locations != directive.locations):
            found.append(f"directive @{directive.name}")
        elif directive.name == "idempotent":
            found += differing_inputs(f"@{directive.name}", directive.args, theirs.args, is_required_argument)
    for operation in ("query_type", "mutation_type"):
        if getattr(ours, operation).name != getattr(real, operation).name:
            found.append(operation)
    return found


def differing_fields(name, kind, theirs):
    found = []
    for field_name, field in kind.fields.items():
        real = theirs.fields.get(field_name)
        if real is None or str(real.type) != str(field.type):
            found.append(f"field {name}.{field_name}: {field.type}")
        else:
            found += differing_inputs(f"{name}.{field_name}", field.args, real.args, is_required_argument)
    return found


def differing_inputs(owner, ours, theirs, is_required):
    """Arguments or input fields that differ, and required ones that `ours` lacks."""
    found = [
        f"{owner}({name}: {row.type})"
        for name, row in ours.items()
        if name not in theirs or str(theirs[name].type) != str(row.type)
    ]
    return found + [f"{owner} lacks {name}" for name, row in theirs.items() if is_required(row) and name not in ours]


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_in_the_sdl_is_alike_in_shopify(version):
    assert differences(schema_of(version), load_schema(version)) == []


def test_all_user_error_codes_are_there():
    for version in VERSIONS:
        name = "InventorySetQuantitiesUserErrorCode"
        assert set(schema_of(version).type_map[name].values) == set(load_schema(version).type_map[name].values)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("  tracked: Boolean!", "  tracked: Boolean!\n  barcodes: String", "field InventoryItem.barcodes: String"),
        ("  tracked: Boolean!", "  tracked: Boolean", "field InventoryItem.tracked: Boolean"),
        ("ids: [ID!]!", "ids: [ID]!", "QueryRoot.nodes(ids: [ID]!)"),
        ("includeLegacy: Boolean", "legacy: Boolean", "QueryRoot.locations(legacy: Boolean)"),
        ("  INVALID_NAME", "  INVALID_NAMES", "value InventorySetQuantitiesUserErrorCode.INVALID_NAMES"),
        ("@idempotent(key: String!)", "@idempotent(key: String)", "@idempotent(key: String)"),
        ("  locationId: ID!\n  quantity", "  quantity", "InventoryQuantityInput lacks locationId"),
        ("type AccessScope {", "type AccessScope implements Node {", "AccessScope implements Node"),
    ],
)
def test_the_comparison_notices(right, wrong, told):
    sdl = print_schema(schema_of("2026-10"))
    assert right in sdl
    broken = build_schema(sdl.replace(right, wrong), assume_valid=True)
    assert differences(broken, load_schema("2026-10")) == [told]
