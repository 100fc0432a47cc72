# SPDX-License-Identifier: LGPL-3.0-or-later
"""`python -m sandbox shopify`: run one stand-in marketplace until it is told to stop."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
