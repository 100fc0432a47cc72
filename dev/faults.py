# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ordinary faults of a shop, in the words of sandbox/faults.py: the bench of recovery and chaos draw from them."""

# What a shop does when it is in trouble and says so at once.
TROUBLES = (
    {"kind": "429", "retry_after": None},
    {"kind": "500"},
    {"kind": "502"},
    {"kind": "503"},
    {"kind": "503", "applied": True},
    {"kind": "reset"},
    {"kind": "reset", "applied": True},
    {"kind": "html"},
    {"kind": "truncated"},
    {"kind": "empty"},
    {"kind": "wrong_type"},
)
