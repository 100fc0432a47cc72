# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bulk operations: a query without pages, whose result is a file of one JSON object a line.

Facts noted from Shopify's documentation: connections are asked without `first`; each object of a connection is a line
of its own, one of a nested connection after its parent with the parent's id in `__parentId`; the operation is polled
and the result downloaded from the `url` it then has. Ours is done at once, which no real one is.
"""

import asyncio
import json
from dataclasses import dataclass, replace
from itertools import count

from graphql import GraphQLError, OperationType, execute, get_operation_ast, parse, validate

PATH = "/bulk/{number}.jsonl"
numbers = count(1)


def gid(number):
    return f"gid://shopify/BulkOperation/{number}"


@dataclass(frozen=True)
class Operation:
    """A bulk operation that is completed.

    :param text: the result
    :param url: where it is; None when it is empty
    """

    gid: str
    text: str
    url: str | None
    status = "COMPLETED"

    @property
    def objectCount(self):  # noqa: N802 - the schema's name, by which it is found
        return self.text.count("\n")

    @property
    def fileSize(self):  # noqa: N802
        return len(self.text.encode())


def operation(_root, info, id):  # noqa: A002
    return info.context.shop.bulk_operations.get(id)


async def run_query(_root, info, query, groupObjects=False):  # noqa: N803
    """bulkOperationRunQuery; grouping is what this stand-in does not know."""
    await asyncio.sleep(info.context.work)
    if groupObjects:
        return refusal("groupObjects is not known here")
    try:
        document = parse(query)
    except GraphQLError as error:
        return refusal(error.message)
    if get_operation_ast(document) is None or get_operation_ast(document).operation is not OperationType.QUERY:
        return refusal("The bulk operation is not one query.")
    if problems := validate(info.schema, document):
        return refusal(problems[0].message)
    shop = info.context.shop
    with shop.lock:
        result = execute(info.schema, document, context_value=replace(info.context, bulk=True))
    if result.errors:
        return refusal(result.errors[0].message)
    number = next(numbers)
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines(result.data))
    url = info.context.origin + PATH.format(number=number) if text else None
    done = shop.bulk_operations[gid(number)] = Operation(gid(number), text, url)
    return {"bulkOperation": done, "userErrors": []}


def refusal(message):
    error = {"code": "INVALID", "field": ["query"], "message": message}
    return {"bulkOperation": None, "userErrors": [error]}


def lines(data, parent=None):
    """What becomes a line each: the objects of all connections in `data`, each followed by those it has."""
    for name in connections(data):
        value = data[name]
        for node in value["nodes"] if "nodes" in value else [edge["node"] for edge in value["edges"]]:
            nested = connections(node)
            line = {key: value for key, value in node.items() if key not in nested}
            yield line if parent is None else {**line, "__parentId": parent}
            if nested:
                yield from lines(node, node["id"])


def connections(data):
    """The fields of an object that are connections."""
    return [name for name, value in data.items() if isinstance(value, dict) and ("edges" in value or "nodes" in value)]
