# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests in Odoo share: a company with a warehouse, a sandbox shop, and an account connected to it."""

from odoo import Command
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.marketplace_sync.sandbox.shopify import Shop, serve

DIRTY = "stock.availability.dirty"


class MarketplaceMixin:
    """Helpers that ask for nothing but `self.env`, `self.company`, `self.stock` and `self.account`.

    For test classes of any kind; `MarketplaceCase` is the usual one.
    """

    # === SET UP === #

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo's handler, which keeps tests from the network, compares the timeout with a number; ours is the pair of
        # one for connecting and one for reading.
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)

    @classmethod
    def make_company(cls, name):
        """A company of its own, with its warehouse, which the tests' user may work in."""
        company = cls.env["res.company"].create({"name": name})
        cls.env.user.company_ids |= company
        return company

    @classmethod
    def stock_of(cls, company):
        """The stock location of a company's warehouse."""
        return cls.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).lot_stock_id

    def open_shop(self, **options):
        """A sandbox shop with one location, served until the test ends; its address is `shop.url`."""
        shop = Shop(**options)
        shop.main = shop.add_location("Main")
        running = serve(shop)
        shop.url = running.__enter__().url
        self.addCleanup(running.__exit__, None, None, None)
        return shop

    def make_account(self, shop, company=None, stock=None, **values):
        """A connected account of a shop, whose one location is fed by `stock`; fewer values mean our defaults."""
        company = company or self.company
        account = self.env["marketplace.config"].create({
            "name": f"Account of {company.name}", "company_id": company.id, "base_url": shop.url,
            "allow_private": True, "access_token": shop.token, **values})
        self.env["marketplace.location"].create({
            "config_id": account.id, "name": "Main", "external_id": shop.main,
            "location_ids": [Command.set((stock or self.stock_of(company)).ids)]})
        account.state = "connected"
        return account

    @classmethod
    def make_user(cls, login, groups="", company=None):
        """An internal user of one company, in these groups besides."""
        company = company or cls.company
        return new_test_user(
            cls.env, login=login, groups=",".join(filter(None, ["base.group_user", groups])),
            company_id=company.id, company_ids=[Command.set(company.ids)])

    # === PRODUCTS AND STOCK === #

    def product(self, sku, stock=0, sold=True, **values):
        """A storable product, sold on Shopify unless told otherwise, with so many pieces in stock."""
        product = self.env["product.product"].create({
            "name": f"Product {sku}", "default_code": sku, "is_storable": True, "shopify_product": sold, **values})
        if stock:
            self.set_stock(product, stock)
        return product

    def template(self, name, values=("S", "M"), sold=True):
        """A storable product with a variant for each value of an attribute, with the SKU `<name>-<value>`."""
        attribute = self.env["product.attribute"].create({
            "name": f"Size of {name}", "value_ids": [Command.create({"name": value}) for value in values]})
        template = self.env["product.template"].create({
            "name": name, "is_storable": True, "attribute_line_ids": [Command.create({
                "attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]})]})
        for variant, value in zip(template.product_variant_ids, values, strict=True):
            variant.default_code = f"{name}-{value}"
        template.shopify_product = sold
        return template

    def kit(self, sku, components, bom_product=None, template=None):
        """A kit (phantom bill of materials) of these components.

        :param components: dict product.product -> pieces in one kit
        :param template: the template that is the kit; a new product when left out
        :param bom_product: the only variant the bill is for
        """
        product = bom_product or (template or self.product(sku)).product_variant_id
        self.env["mrp.bom"].create({
            "product_tmpl_id": product.product_tmpl_id.id, "product_id": bom_product and bom_product.id,
            "type": "phantom", "product_qty": 1, "bom_line_ids": [
                Command.create({"product_id": component.id, "product_qty": quantity})
                for component, quantity in components.items()]})
        return product

    def set_stock(self, product, quantity, location=None, **more):
        """Make it so many pieces in a location, through Odoo's quants."""
        location = location or self.stock
        quants = self.env["stock.quant"]
        present = quants._get_available_quantity(product, location, strict=True, allow_negative=True, **more)
        quants._update_available_quantity(product, location, quantity - present, **more)

    def move(self, product, quantity, source, destination, done=True, picking_type=None):
        """A stock move, confirmed and assigned, and done unless told otherwise."""
        move = self.env["stock.move"].create({
            "product_id": product.id, "product_uom_qty": quantity, "product_uom": product.uom_id.id,
            "location_id": source.id, "location_dest_id": destination.id,
            "company_id": self.company.id, "picking_type_id": picking_type and picking_type.id})
        move._action_confirm()
        move._action_assign()
        if done:
            move.quantity = quantity
            move.picked = True
            move._action_done()
        return move

    # === MARKS === #

    def marks(self, *products):
        """What waits in the dirty table once the transaction would commit: of these products, or everything."""
        self.env.cr.flush()
        domain = [("product_id", "in", [product.id for product in products])] if products else []
        return self.env[DIRTY].search(domain)

    def forget_marks(self):
        """Empty the dirty table, uncommitted marks included."""
        self.env.cr.flush()
        self.env.cr.execute("DELETE FROM stock_availability_dirty")
        self.env[DIRTY].invalidate_model()

    def sort(self):
        """Sort everything that is marked."""
        self.env.cr.flush()
        with self.registry.cursor() as cr:
            while self.env(cr=cr)[DIRTY]._sort():
                pass
        self.env[DIRTY].invalidate_model()

    def sorted_listings(self):
        """The listings that wait, after sorting."""
        self.sort()
        self.assertFalse(self.env[DIRTY].search([("listing_id", "=", False)]), "everything was sorted")
        return self.env[DIRTY].search([]).listing_id

    def listing(self, product, account=None):
        """The listing of a variant or a template on an account, also an archived one."""
        field = "product_id" if product._name == "product.product" else "product_tmpl_id"
        return self.env["marketplace.listing"].with_context(active_test=False).search([
            (field, "=", product.id), ("config_id", "=", (account or self.account).id)])

    # === DRAIN === #

    def drain(self, account=None, **options):
        """Drain an account as if this transaction had been committed."""
        self.env.cr.flush()
        return (account or self.account)._drain(**options)

    @staticmethod
    def silence():
        """Swallow the lines our drain logs about the trouble a test makes on purpose."""
        return mute_logger(*(
            f"odoo.addons.marketplace_sync.models.{name}"
            for name in ("marketplace_config_health", "marketplace_drain", "marketplace_drain_push")))

    def count_marks(self):
        """How many rows the dirty table has now, without flushing anything."""
        [[count]] = self.env.execute_query(SQL("SELECT count(*) FROM stock_availability_dirty"))
        return count


@tagged("post_install", "-at_install")
class MarketplaceCase(MarketplaceMixin, TransactionCase):
    """Tests in one transaction that is rolled back, drains included: their cursors are savepoints in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.make_company("Seller")
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids})
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)])
        cls.stock = cls.warehouse.lot_stock_id
        cls.supplier = cls.env.ref("stock.stock_location_suppliers")
        cls.customer = cls.env.ref("stock.stock_location_customers")
        cls.env.cr.execute("DELETE FROM stock_availability_dirty")

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.shop = self.open_shop()
        self.account = self.make_account(self.shop)
