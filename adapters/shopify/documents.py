# SPDX-License-Identifier: LGPL-3.0-or-later
"""The GraphQL documents this adapter sends, read and parsed once for the whole process."""

from dataclasses import dataclass, field
from pathlib import Path

from gql import GraphQLRequest
from graphql import DocumentNode, OperationDefinitionNode, OperationType

_FOLDER = Path(__file__).parent / "graphql"


@dataclass(frozen=True, slots=True)
class Document:
    """One operation.

    :param name: the file it is kept in, without `.graphql`
    :param scope: the access scope Shopify wants for it, named to people when access is denied
    :param base_cost: points a call is expected to cost, until an answer has told
    :param unit_cost: points expected on top for each id asked about
    """

    name: str
    scope: str
    base_cost: float
    unit_cost: float = 0.0
    node: DocumentNode = field(init=False, repr=False)

    def __post_init__(self):
        text = (_FOLDER / f"{self.name}.graphql").read_text(encoding="utf-8")
        object.__setattr__(self, "node", GraphQLRequest(text).document)

    @property
    def writes(self) -> bool:
        """Whether it may change something in the shop."""
        return any(
            isinstance(node, OperationDefinitionNode) and node.operation is OperationType.MUTATION
            for node in self.node.definitions
        )

    def expected_cost(self, units: int) -> float:
        """Points a call about `units` ids is expected to cost."""
        return self.base_cost + self.unit_cost * units


# A mutation costs 10 points, an object 1, whatever the size of the input
# (https://shopify.dev/docs/api/usage/limits). These are first guesses: `Pacer` learns the real ones.
SET_QUANTITIES = Document("set_quantities", "write_inventory", 10)
READ_QUANTITIES = Document("read_quantities", "read_inventory", 2, 3)
FIND_ITEMS = Document("find_items", "read_inventory", 102)
LOCATIONS = Document("locations", "read_locations", 102)
SHOP = Document("shop", "read_inventory", 10)
