# SPDX-License-Identifier: LGPL-3.0-or-later
"""Everything that goes wrong at once, and what has to be right afterwards."""
