# SPDX-License-Identifier: LGPL-3.0-or-later
"""JMESPath expressions: checked when they are entered, and evaluated without surprises."""

from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions

from ..words import Text, _lt
from .errors import ExpressionError


def checked(expression: str) -> str:
    """`expression`, if it is JMESPath or empty.

    :raises ExpressionError: with what is wrong, in words for whoever entered it
    """
    if not expression:
        return expression
    try:
        tree = _compiled(expression).parsed
    except (JMESPathError, ValueError, RecursionError) as error:
        where = getattr(error, "lex_position", None)
        raise ExpressionError(_why_not(expression, where)) from None
    unknown = sorted(_functions_in(tree) - Functions.FUNCTION_TABLE.keys())
    if unknown:
        raise ExpressionError(
            _lt(
                "“%(expression)s” is not a JMESPath expression: there is no function %(name)s().",
                expression=expression,
                name=unknown[0],
            )
        )
    return expression


def evaluate(expression: str, value: Any) -> Any:
    """What `expression` gives for `value`; None when the expression is empty.

    :raises ExpressionError: it does not fit the value, for instance the length of a number
    """
    if not expression:
        return None
    try:
        return _compiled(expression).search(value)
    except (JMESPathError, ValueError, TypeError, ArithmeticError, RecursionError):
        raise ExpressionError(_lt("“%s” does not fit what was answered.", expression)) from None


def _why_not(expression: str, where: int | None) -> Text:
    """:param where: at which of its characters it is wrong, None where that is not known"""
    if where is None or where >= len(expression):
        return _lt("“%s” is not a JMESPath expression: it is wrong.", expression)
    return _lt(
        "“%(expression)s” is not a JMESPath expression: it is wrong near “%(place)s”.",
        expression=expression,
        place=expression[where : where + 10],
    )


@lru_cache(maxsize=256)
def _compiled(expression: str) -> jmespath.parser.ParsedResult:
    return jmespath.compile(expression)


def _functions_in(node: dict) -> set[str]:
    names = {node["value"]} if node["type"] == "function_expression" else set()
    return names.union(*(_functions_in(child) for child in node["children"] if isinstance(child, dict)))
