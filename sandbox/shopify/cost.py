# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a request costs, and the bucket of points it is paid from.

Facts noted from Shopify's documentation: points restored a second by plan, scalars and enums 0, objects 1, a
single query at most 1,000, the difference between requested and actual cost given back. From third parties: a
mutation costs 10; a throttled answer's actual cost is null; a Standard shop showed maximumAvailable 2000 with
restoreRate 100, and `product { variants(first: 250) { nodes { inventoryItem { id } } } }` a requested cost of
25. Unknown: the formula for connections. Ours, `growth(size) * (1 + the cost of a node)`, gives that
25. `nodes(ids:)` costs its nodes one by one, our careful guess.
"""

import math
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    type_from_ast,
    value_from_ast_untyped,
)

MUTATION = 10
MAX_QUERY = 1000
RESTORE_RATES = {"standard": 100, "advanced": 200, "plus": 1000, "enterprise": 2000, "unlimited": 1_000_000}
# One shop's answer showed a bucket of twenty times the rate; that it is so on every plan is our assumption.
BUCKET_FACTOR = 20


@dataclass(slots=True)
class Part:
    """A field of a document that costs something: `key` is its name in the answer, `sizes` its arguments."""

    key: str
    kind: str
    sizes: dict
    parts: list

    def size(self, variables):
        """How many nodes the field may return, as asked."""
        sizes = {
            name: variables.get(node.name.value) if is_variable(node) else value_from_ast_untyped(node)
            for name, node in self.sizes.items()
        }
        size = len(sizes["ids"] or ()) if self.kind == "nodes" else sizes.get("first")
        # Whatever is no size is refused when it is executed.
        return size if isinstance(size, int) and size > 0 else 0


def is_variable(node):
    return node.kind == "variable"


def read(schema, document, operation):
    """The parts of `operation`, which is valid in `schema`."""
    fragments = {node.name.value: node for node in document.definitions if node.kind == "fragment_definition"}
    if operation.operation is OperationType.MUTATION:
        return [Part(node.name.value, "mutation", {}, []) for node in operation.selection_set.selections]
    return parts_of(schema, schema.query_type, operation.selection_set, fragments)


def parts_of(schema, parent, selection_set, fragments):
    parts = []
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            parts += part_of(schema, parent, node, fragments)
            continue
        if isinstance(node, FragmentSpreadNode):
            node = fragments[node.name.value]
        inner = type_from_ast(schema, node.type_condition) if node.type_condition else parent
        parts += parts_of(schema, inner, node.selection_set, fragments)
    return parts


def part_of(schema, parent, node, fragments):
    definition = parent.fields.get(node.name.value) if node.selection_set else None
    kind = get_named_type(definition.type) if definition else None
    # Pages carry no cost of their own, and scalars none at all.
    if not is_composite_type(kind) or kind.name == "PageInfo":
        return []
    parts = parts_of(schema, kind, node.selection_set, fragments)
    key = node.alias.value if node.alias else node.name.value
    sizes = {argument.name.value: argument.value for argument in node.arguments or ()}
    if kind.name.endswith("Connection"):
        return [Part(key, "connection", sizes, parts)]
    if kind.name.endswith("Edge"):
        return [Part(key, "edges", sizes, parts)]
    if node.name.value == "nodes" and "ids" in sizes:
        return [Part(key, "nodes", sizes, parts)]
    is_list = is_list_type(get_nullable_type(definition.type))
    return [Part(key, "list" if is_list else "object", sizes, parts)]


def requested(parts, variables):
    """What a request for `parts` may cost at most, in points."""
    total = 0
    for part in parts:
        inner = requested(part.parts, variables)
        if part.kind == "mutation":
            total += MUTATION
        elif part.kind == "connection":
            total += growth(part.size(variables)) * (1 + inner)
        elif part.kind == "nodes":
            total += part.size(variables) * (1 + inner)
        else:
            total += inner if part.kind == "edges" else 1 + inner
    return total


def growth(size):
    """How the cost of a connection grows with its size: 8 for 250 nodes, 1 for one, 0 for none."""
    return math.ceil(math.log2(size + 1))


def actual(parts, data):
    """What the answer `data` to a request for `parts` did cost, in points."""
    total = 0
    for part in parts:
        value = data.get(part.key)
        if part.kind == "mutation":
            total += MUTATION
        elif value is None:
            continue
        elif part.kind == "connection":
            size = max((len(value[inner.key]) for inner in part.parts), default=0)
            total += growth(size) * (1 + actual(part.parts, value))
        elif isinstance(value, list):
            total += actual_list(part, [row for row in value if row is not None])
        else:
            total += 1 + actual(part.parts, value)
    return total


def actual_list(part, rows):
    costs = [actual(part.parts, row) for row in rows]
    if part.kind == "nodes":
        return sum(costs) + len(costs)
    return max(costs, default=0) + (part.kind == "list")


class Bucket:
    """Points, restored continuously.

    :param plan: a key of RESTORE_RATES; `unlimited` is never empty
    :param clock: gives the time in seconds
    """

    def __init__(self, plan, clock):
        self.clock = clock
        self.change(plan)

    def change(self, plan, size=None):
        """Go over to `plan`, with a full bucket of `size` points (by default BUCKET_FACTOR seconds' worth)."""
        self.rate = RESTORE_RATES[plan]
        self.plan = plan
        self.size = size or self.rate * BUCKET_FACTOR
        self.points, self.seen_at = float(self.size), self.clock()

    def restore(self):
        now = self.clock()
        self.points = min(self.size, self.points + max(0.0, now - self.seen_at) * self.rate)
        self.seen_at = now

    def pay(self, points):
        """Take `points`, if there are enough; less than nothing gives back."""
        self.restore()
        if self.plan == "unlimited":
            return True
        if points > self.points:
            return False
        self.points -= points
        return True

    def status(self, requested_cost, actual_cost):
        """The answer's `extensions.cost`; `actual_cost` is None when nothing was executed."""
        self.restore()
        return {
            "requestedQueryCost": requested_cost,
            "actualQueryCost": actual_cost,
            "throttleStatus": {
                "maximumAvailable": float(self.size),
                "currentlyAvailable": int(self.points),
                "restoreRate": float(self.rate),
            },
        }
