# SPDX-License-Identifier: LGPL-3.0-or-later
"""A stand-in for Cartona's supplier-integrations API: a supplier's products and their stock.

    from sandbox.cartona import Supplier, serve

    supplier = Supplier()
    supplier.add_item("SKU-1", quantity=5)
    with serve(supplier) as server:
        ...  # talk to server.url with the header AuthorizationToken: cartona_sandbox

Cartona publishes no reference. What is known was noted from the vendor's Odoo module, its document and its Postman
collection; where they are silent, rows.py and supplier.py say what is a guess of ours.
"""

from ..serving import serve
from .supplier import Supplier

SANDBOX = Supplier

__all__ = ["SANDBOX", "Supplier", "serve"]
