# SPDX-License-Identifier: LGPL-3.0-or-later
"""Removes one protective line at a time, and shows that a test fails for each."""
