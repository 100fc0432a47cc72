# SPDX-License-Identifier: LGPL-3.0-or-later
"""Request bodies as eBay describes them: no unknown field, no wrong type.

Third parties quote error 2004, "Could not serialize field", for a wrong type; that an unknown field is refused, too, is
our reading, and the strict one.
"""

from .errors import refused


def check(value, shape, path=""):
    """Refuse `value` (HTTP 400) unless it fits.

    :param shape: a type, or a list with the shape of every element, or a dict with the shape of every known field
    """
    kind = shape if isinstance(shape, type) else type(shape)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise refused(400, 2004, f"Could not serialize field [{path}]")
    if kind is list and isinstance(shape, list):
        for element in value:
            check(element, shape[0], path)
    elif kind is dict and isinstance(shape, dict):
        for name, element in value.items():
            inner = f"{path}.{name}".lstrip(".")
            if name not in shape:
                raise refused(400, 2004, f"Could not serialize field [{inner}]")
            check(element, shape[name], inner)
