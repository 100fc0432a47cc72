# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether an addon we know nothing about has changed what we compute in bulk."""

from collections.abc import Collection


def is_overridden(model, methods: Collection[str], known: Collection[str]) -> bool:
    """Whether a module other than the known ones has its say in methods of a model.

    :param model: a record of the model, or an empty recordset
    :param known: names of the modules whose own methods are accounted for
    """
    return any(
        method in vars(cls) and vars(cls).get("_module") not in known
        for cls in type(model).__mro__ for method in methods
    )
