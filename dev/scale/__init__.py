# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether a large database is slower than a small one, and whether hours of traffic leave the dirty table swollen."""
