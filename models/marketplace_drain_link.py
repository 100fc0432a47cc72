# SPDX-License-Identifier: LGPL-3.0-or-later
# pylint: disable=invalid-commit  # draining and sorting work on a cursor of their own
import time
from collections import defaultdict
from functools import partial

from odoo import api, models
from odoo.tools import SQL

from ..adapters.base import Unavailable
from ..adapters.words import _lt
from .advisory_lock import session_lock, shard_key
from .drain_run import Run


class MarketplaceDrain(models.AbstractModel):
    """Finding listings in the shop, by their SKU."""

    _inherit = "marketplace.drain"

    def _link(self, run, chunk):
        """Link listings to the items of the shop that have their SKU, or say in plain words why not.

        Commits. Linked listings keep their marks: their number is still to be pushed.

        :param chunk: list of `Waiting`
        :raise AdapterError: when the shop could not be asked; nothing is changed then
        """
        reasons = self._reasons_not_to_look(run.account, chunk)
        affordable = self._link_within_budget(run, [
            waiting for waiting in chunk if waiting.listing_id not in reasons])
        self.env.cr.commit()  # no snapshot is kept open while the shop takes its time
        found = self._find(run, affordable)
        if run.account.base_url != run.base_url:
            return  # these are another shop's ids
        links = []
        for waiting, items in found:
            reason = self._reason_not_to_link(waiting, items)
            if reason:
                reasons[waiting.listing_id] = reason
            else:
                links.append((waiting, items[0].external_id))
        shared = self._reasons_not_to_share(run.account, links)
        reasons |= shared
        links = [(waiting, external_id) for waiting, external_id in links if waiting.listing_id not in shared]
        self._store_links(run.account, links)
        unmarked = {waiting.listing_id for waiting in chunk if not waiting.marks} - reasons.keys()
        if unmarked:
            self.env["stock.availability.dirty"]._dirty_listings(SQL("listing.id = ANY(%s)", list(unmarked)), "linked")
        self._fail(run, [(waiting, reasons[waiting.listing_id], "")
                         for waiting in chunk if waiting.listing_id in reasons])
        self.env.cr.commit()
        run.count(linked=len(links), failed=len(reasons), taken=len(reasons))
        self._commit_or_leave(partial(self._count_spent, run))

    def _find(self, run, wanted):
        """The shop's items each listing could be: those with the id entered on the product, else with its SKU.

        :return: list of pairs (Waiting, list of adapters.base.RemoteItem)
        """
        if not wanted:
            return []
        by_sku, by_id = defaultdict(list), defaultdict(list)
        # Every SKU, also beside an id: several variants may have been given the one id of their common listing.
        for item in run.adapter.find(
                {waiting.sku for waiting in wanted if waiting.sku},
                {waiting.item_id: waiting.sku or "" for waiting in wanted if waiting.item_id}):
            by_sku[item.sku].append(item)
            by_id[item.item_id].append(item)
        return [(waiting, self._same_sku_first(waiting, by_id[waiting.item_id]) if waiting.item_id
                 else by_sku[waiting.sku]) for waiting in wanted]

    def _same_sku_first(self, waiting, items):
        """Of several variants under one id, the one with the listing's SKU; of a whole product, else all of them."""
        if len(items) < 2:
            return items
        return [item for item in items if item.sku == waiting.sku] or ([] if waiting.product_id else items)

    def _reasons_not_to_look(self, account, chunk):
        """What Odoo itself knows to be wrong: dict listing id -> reason."""
        namesakes = self._namesakes(account, [waiting.sku for waiting in chunk if waiting.sku])
        reasons = {}
        for waiting in chunk:
            if waiting.item_id and waiting.is_tracked:
                continue  # it says itself which one it is
            if not waiting.sku:
                reasons[waiting.listing_id] = _lt(
                    "The product has no SKU: fill in its Internal Reference."
                ) if waiting.product_id else _lt(
                    "The common listing of all variants has no SKU: fill in \"SKU of the Common Listing\" on the "
                    "product's Marketplaces tab.")
            elif not waiting.is_sold and namesakes.get(waiting.sku):
                reasons[waiting.listing_id] = _lt(
                    "The product is archived and another one has its SKU %s now.", waiting.sku)
            elif namesakes.get(waiting.sku, 0) > 1:
                reasons[waiting.listing_id] = _lt(
                    "%(count)s products in Odoo have the SKU %(sku)s: give each its own Internal Reference.",
                    count=namesakes[waiting.sku], sku=waiting.sku)
            elif not waiting.is_tracked:
                reasons[waiting.listing_id] = _lt(
                    "Odoo does not track this product's stock: tick Track Inventory on the product.")
        return reasons

    def _namesakes(self, account, skus):
        """How many active products that the account may sell have each SKU: dict SKU -> count.

        A product that is listed as one counts once, whatever its variants are called.
        """
        return dict(self.env.execute_query(SQL(
            """
            SELECT named.sku, count(DISTINCT (
                       template.id, CASE WHEN template.marketplace_as_one THEN NULL ELSE named.variant_id END))
              FROM (SELECT default_code, product_tmpl_id, id FROM product_product
                     WHERE active AND default_code = ANY(%(skus)s)
                     UNION ALL
                    SELECT marketplace_sku, id, NULL FROM product_template
                     WHERE active AND marketplace_as_one AND marketplace_sku = ANY(%(skus)s)
                   ) AS named (sku, template_id, variant_id)
              JOIN product_template template ON template.id = named.template_id
             WHERE template.company_id IS NULL OR template.company_id = ANY(%(companies)s)
             GROUP BY named.sku
            """,
            skus=skus, companies=account.company_id.parent_ids.ids)))

    def _reason_not_to_link(self, waiting, items):
        sku = waiting.sku or waiting.item_id
        if not items and waiting.item_id:
            return _lt("The shop has no item with the id %(id)s%(sku)s.", id=waiting.item_id,
                       sku=_lt(" and the SKU %s", waiting.sku) if waiting.sku else "")
        if not items:
            return _lt("The shop has no item with the SKU %s.", sku)
        if len(items) > 1 and waiting.item_id and not waiting.product_id:
            return _lt(
                "%(id)s has %(count)s variants in the shop, each with a number of its own: switch off \"One Listing "
                "for All Variants\" on the product.", id=waiting.item_id, count=len(items))
        if len(items) > 1:
            return _lt(
                "%(count)s items of the shop have the SKU %(sku)s: keep it on one of them only.",
                count=len(items), sku=sku)
        if not items[0].tracked:
            return _lt(
                "The shop does not track the stock of %s: switch on \"Track quantity\" for it there.", sku)
        return None

    def _reasons_not_to_share(self, account, links):
        """Two listings with numbers of their own for one item would overwrite each other for ever.

        :param links: list of tuples (Waiting, external id) about to be stored
        :return: dict listing id -> reason
        """
        owners = defaultdict(set)
        for waiting, external_id in links:
            owners[external_id].add(waiting.listing_id)
        # Whose SKU is another now, or whose product is archived, lets go of the item.
        for external_id, listing_id in self.env.execute_query(SQL(
                """
                SELECT listing.external_id, listing.id
                  FROM marketplace_listing listing
                  JOIN product_template template ON template.id = listing.product_tmpl_id AND template.active
                  LEFT JOIN product_product product ON product.id = listing.product_id
                 WHERE listing.config_id = %s AND listing.external_id = ANY(%s) AND listing.active
                   AND (listing.product_id IS NULL OR product.active)
                   AND coalesce(listing.sku, '') = coalesce(%s, '')
                """, account.id, list(owners), self._sku())):
            owners[external_id].add(listing_id)
        reasons = {}
        for waiting, external_id in links:
            others = owners[external_id] - {waiting.listing_id}
            if others:
                other = self.env["marketplace.listing"].browse(min(others))
                reasons[waiting.listing_id] = _lt(
                    "%(other)s leads to the same item of the shop: correct the SKU, or the marketplace's own id, of "
                    "one of the two.", other=(other.product_id or other.product_tmpl_id).display_name)
        return reasons

    def _store_links(self, account, links):
        """Store what listings are linked to.

        :param links: list of tuples (Waiting, external id)
        """
        if not links:
            return
        listing_ids = [waiting.listing_id for waiting, _external_id in links]
        external_ids = [external_id for _waiting, external_id in links]
        # An item has one number: whoever held it before, under the same SKU, lets go of it.
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_listing former
               SET state = 'pending', external_id = NULL
              FROM unnest(%s::integer[], %s::varchar[]) AS found (id, external_id)
              JOIN marketplace_listing listing ON listing.id = found.id
             WHERE former.external_id = found.external_id AND former.config_id = listing.config_id
               AND former.id <> ALL(%s)
            """,
            listing_ids, external_ids, listing_ids))
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_listing listing
               SET state = 'linked', external_id = found.external_id, sku = found.sku,
                   error = NULL, error_at = NULL, request_id = NULL, attempts = 0, failed_since = NULL,
                   next_attempt = NULL
              FROM unnest(%s::integer[], %s::varchar[], %s::varchar[], %s::varchar[])
                   AS found (id, external_id, sku, item_id)
             WHERE listing.id = found.id
               -- Another id may have been entered while the shop was asked; another SKU shows by itself.
               AND (SELECT %s
                      FROM product_template template
                      LEFT JOIN product_product product ON product.id = listing.product_id
                     WHERE template.id = listing.product_tmpl_id) IS NOT DISTINCT FROM found.item_id
            """,
            listing_ids, external_ids, [waiting.sku for waiting, _external_id in links],
            [waiting.item_id for waiting, _external_id in links], self._item_id(account.platform)))
        # What was acknowledged under another link says nothing about this one.
        self.env.cr.execute(SQL("DELETE FROM marketplace_level WHERE listing_id = ANY(%s)", listing_ids))
        self.env["marketplace.listing"].invalidate_model()
        self.env["marketplace.level"].invalidate_model()

    @api.model
    def _link_account(self, account):
        """Look up every listing of the account that is not linked, or failed, without pushing numbers.

        Works and commits on a cursor of its own.

        :return: how many were linked and how many could not be
        :raise AdapterError: when the shop can't be worked with
        """
        self.env.flush_all()
        with self._own_cursor(account) as drain:
            own = account.with_env(drain.env)
            witness = own._witness()
            with own._adapter(witness) as adapter, drain._keeping_exchanges(own, witness):
                run = Run(own, adapter, own.base_url, deadline=time.monotonic())
                for shard in range(own.shards):
                    with session_lock(drain.env.cr, shard_key(own.id, shard), wait=True) as held:
                        if not held:
                            raise Unavailable(_lt("It is being pushed right now: try again in a minute."))
                        drain._link_shard(run, shard)
                drain._commit_or_leave(partial(own._keep_token, adapter, run.base_url))
            own._log(
                "warning" if run.failed else "info", "drain",
                drain.env._("%(linked)s listings linked, %(failed)s could not be.", linked=run.linked,
                            failed=run.failed),
                taken=run.taken, failed=run.failed, calls=run.adapter.calls, seconds=run.seconds)
            # The scheduled action may have found the lock taken and gone.
            own.cron_id and own.cron_id._trigger()
            drain.env.cr.commit()
            return run.linked, run.failed

    def _link_shard(self, run, shard):
        after = 0
        while chunk := self._unlinked(run, shard, after):
            self._link(run, chunk)
            after = chunk[-1].listing_id

    def _unlinked(self, run, shard, after):
        rows = self._read_listings(run.account.platform, SQL(
            """
            SELECT id AS listing_id, NULL AS last,
                   ARRAY(SELECT dirty.id FROM stock_availability_dirty dirty WHERE dirty.listing_id = listing.id) AS ids
              FROM marketplace_listing listing
             WHERE config_id = %s AND active AND id > %s AND id %% %s = %s
               AND (deferred_until IS NULL OR deferred_until <= now() AT TIME ZONE 'UTC')
               AND (state IN ('pending', 'error') OR external_id IS NULL)
             ORDER BY id
             LIMIT %s
            """,
            run.account.id, after, run.account.shards, shard, run.chunk_size()))
        return [waiting for waiting, _last in rows]
