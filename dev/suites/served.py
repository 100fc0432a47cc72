# SPDX-License-Identifier: LGPL-3.0-or-later
"""An HTTP server beside the tests, for those that ask for pages or open a browser. Used where Odoo is loaded."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pages(registry, wanted: bool) -> Iterator[None]:
    """Serve the database in this process, where requests share the test's transaction, while the block runs."""
    if not wanted:
        yield
        return
    from odoo import SUPERUSER_ID, api, http
    from odoo.service import server

    server.load_server_wide_modules()
    server.server = server.ThreadedServer(http.root)
    server.server.start(stop=False)
    try:
        with registry.cursor() as cr:  # as Odoo does before such tests, whose first page would else come too late
            api.Environment(cr, SUPERUSER_ID, {})["ir.qweb"]._pregenerate_assets_bundles()
        yield
    finally:
        server.server.stop()
