# SPDX-License-Identifier: LGPL-3.0-or-later
"""From the text of a GraphQL request to its answer: parse, validate, price, execute."""

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

from graphql import (
    GraphQLError,
    OperationType,
    build_schema,
    execute,
    extend_schema,
    get_operation_ast,
    parse,
    validate,
    value_from_ast_untyped,
)

from . import cost, older, resolvers

VERSIONS = ("2026-04", "2026-07", "2026-10")
# Shopify's changelog: gone since 2026-10, as quantities can be set at any location since then.
UNTIL_2026_07 = "extend enum InventorySetQuantitiesUserErrorCode { ITEM_NOT_STOCKED_AT_LOCATION }"
DOCUMENTATION = "https://shopify.dev/api/usage/rate-limits"


@lru_cache
def schema_of(version):
    schema = build_schema(files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8"))
    if version <= "2026-07":
        schema = extend_schema(schema, parse(UNTIL_2026_07))
    return older.extend(schema, resolvers.attach) if version in older.VERSIONS else resolvers.attach(schema)


@dataclass
class Prepared:
    """A request's document: `errors` when it cannot be run, else its operation and the parts that cost."""

    document: object = None
    operation: object = None
    parts: list = ()
    errors: list = ()

    @cached_property
    def defaults(self):
        """The default values of the operation's variables."""
        definitions = self.operation.variable_definitions or ()
        return {
            row.variable.name.value: value_from_ast_untyped(row.default_value)
            for row in definitions
            if row.default_value
        }

    @property
    def is_mutation(self):
        return self.operation is not None and self.operation.operation is OperationType.MUTATION


@lru_cache(maxsize=256)
def prepare(version, text, name):
    """Parse and validate; kept by text, as clients send the same few documents all day."""
    schema = schema_of(version)
    try:
        document = parse(text)
    except GraphQLError as error:
        return Prepared(errors=[error.formatted])
    operation = get_operation_ast(document, name)
    if operation is None:
        return Prepared(errors=[{"message": "An operation name is required" if not name else f"No operation {name}"}])
    errors = validate(schema, document)
    if errors:
        # The words are graphql-core's, not Shopify's: nobody should match on them.
        return Prepared(document, operation, errors=[error.formatted for error in errors])
    return Prepared(document, operation, cost.read(schema, document, operation))


@dataclass
class Context:
    """What resolvers know of the request they work for.

    :param work: seconds a mutation takes before it has an effect
    :param crash: whether the mutation dies on the way
    :param origin: what the shop was called by: `http://127.0.0.1:8080`
    :param bulk: whether connections give all they have, as in a bulk operation
    """

    shop: object
    version: str
    request_id: str
    received_at: float
    work: float = 0.0
    crash: bool = False
    origin: str = ""
    bulk: bool = False


async def run(prepared, context, variables, name):
    """Execute and give the JSON body of the answer."""
    if prepared.errors:
        return {"errors": prepared.errors}
    bucket, lock = context.shop.bucket, context.shop.lock
    price = cost.requested(prepared.parts, {**prepared.defaults, **variables})
    if price > cost.MAX_QUERY:
        return {"errors": [too_expensive(price)]}
    with lock:
        if not bucket.pay(price):
            return throttled(context.shop, price)
        result = execute(
            schema_of(context.version),
            prepared.document,
            context_value=context,
            variable_values=variables,
            operation_name=name,
        )
    if isinstance(result, Awaitable):
        result = await result
    spent = cost.actual(prepared.parts, result.data) if result.data else 0
    with lock:
        bucket.pay(spent - price)
        body = {"data": result.data, "extensions": {"cost": bucket.status(price, spent)}}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    return body


def throttled(shop, price):
    shop.stats.throttled += 1
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": DOCUMENTATION}}
    return {"errors": [error], "extensions": {"cost": shop.bucket.status(price, None)}}


def too_expensive(price):
    limit = cost.MAX_QUERY
    return {
        "message": f"Query cost is {price}, which exceeds the single query max cost limit ({limit}).",
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": price,
            "maxCost": limit,
            "documentation": DOCUMENTATION,
        },
    }
