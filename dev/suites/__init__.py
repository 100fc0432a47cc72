# SPDX-License-Identifier: LGPL-3.0-or-later
"""Odoo's own test suites, with the addon and without it: nothing that passes without it may fail with it."""
