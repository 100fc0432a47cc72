# SPDX-License-Identifier: LGPL-3.0-or-later
"""Errors of a whole field, in the shape Shopify gives them: a message, and a code in the extensions."""

import re

from graphql import GraphQLError

GID = re.compile(r"gid://[^/]+/[^/]+/\S+")


def refused(code, message, **extensions):
    return GraphQLError(message, extensions={"code": code, **extensions})


def check_gid(gid, *path):
    """Raise what refuses a request for an id that is none, at `path` in its input."""
    if not GID.fullmatch(gid):
        problem = {"path": list(path), "explanation": f"Invalid global id '{gid}'"}
        raise refused("INVALID_VARIABLE", problem["explanation"], problems=[problem])


def denied(field_name, scopes):
    """The field needs one of `scopes`; wording as seen in answers of Shopify's."""
    wanted = " or ".join(f"`{scope}` access scope" for scope in scopes)
    return refused("ACCESS_DENIED", f"Access denied for {field_name} field. Required access: {wanted}.")
