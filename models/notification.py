# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a button answers with."""

CLOSE = {"type": "ir.actions.act_window_close"}


def notification(kind, title, message, then=None):
    """The action that says what happened, and stays until it is closed unless all went well.

    :param str kind: success, info, warning or danger
    :param str title: what it is about
    :param str message: plain text
    :param dict then: the action that follows; the page is read again when left out
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind, "title": title, "message": message, "sticky": kind != "success",
            "next": then or {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }
