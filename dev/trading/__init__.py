# SPDX-License-Identifier: LGPL-3.0-or-later
"""A simulated day of trade on four marketplaces, to see which policy sells what is not there: `make trading-day`."""
