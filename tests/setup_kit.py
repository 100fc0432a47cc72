# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests of the guide share: a shop, and a draft account of it that is being set up."""

from .draining import DrainCase


class SetupCase(DrainCase):
    """`account` is the draft, on its step `access`, with all it needs to be let in."""

    def setUp(self):
        super().setUp()
        self.account.unlink()
        self.account = self.begin()

    def begin(self, **values):
        """A draft as the guide's second page leaves it."""
        return self.env["marketplace.config"].with_context(default_setup_step="platform").create({
            "name": "Guided", "company_id": self.company.id, "base_url": self.shop.url, "allow_private": True,
            "access_token": self.shop.token, **values})

    def go_to(self, step):
        """Press Next until that step is reached."""
        for _turn in range(4):
            if self.account.setup_step == step:
                return
            self.account.action_setup_next()
        self.assertEqual(self.account.setup_step, step)

    def choose(self, *products):
        """Choose just these by the filter."""
        templates = [product.product_tmpl_id.id for product in products]
        self.account.write({"setup_choice": "filter", "setup_domain": repr([("id", "in", templates)])})

    def go_live(self):
        """Press Go live as the web client does: on a cursor that may be committed."""
        self.env.flush_all()
        with self.registry.cursor() as cr:
            said = self.account.with_env(self.account.env(cr=cr)).action_setup_go_live()
        self.env.invalidate_all()
        return said
