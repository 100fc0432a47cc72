# SPDX-License-Identifier: LGPL-3.0-or-later
"""Commands of a developer's machine: `make help` lists them. Odoo loads nothing from here.

This file is read before any other of the folder, also by a Python too old to understand them.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to say so on a Python that is too old
    sys.exit(
        "This needs Python 3.11 or newer, this one is %d.%d: call make with PYTHON=python3.11 (or newer)."
        % sys.version_info[:2]
    )
