# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command line of what is measured in parts."""

import argparse
from collections.abc import Collection, Sequence

from dev.say import Trouble


def read_options(
    parser: argparse.ArgumentParser, parts: Collection[str], arguments: Sequence[str]
) -> argparse.Namespace:
    """Read the parts asked for (`parts`, empty for all of them), `keep`, and what the parser knows besides.

    :raises Trouble: a part is not one of `parts`
    """
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(parts))
    parser.add_argument("--keep", action="store_true", help="leave the databases for the next run")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.parts) - set(parts):
        raise Trouble(f"There is no part {', '.join(sorted(unknown))}: there are {', '.join(parts)}.")
    return chosen
