# SPDX-License-Identifier: LGPL-3.0-or-later
"""`python -m sandbox shopify`: run one stand-in marketplace until it is told to stop."""

import argparse

from .shopify import cli


def main():
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Stand-in marketplaces on 127.0.0.1.")
    marketplaces = parser.add_subparsers(required=True)
    cli.add_arguments(marketplaces.add_parser("shopify", help="a strict little Shopify"))
    arguments = parser.parse_args()
    raise SystemExit(arguments.run(arguments))


if __name__ == "__main__":
    main()
