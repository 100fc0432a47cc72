# SPDX-License-Identifier: LGPL-3.0-or-later
import time
from collections import Counter

from odoo import models

from .notification import notification

AT_ONCE = 100  # listings; more are pushed in the background
MAX_SECONDS = 30.0  # that somebody waits for it
TOLD = 5  # listings that are told about one by one


class MarketplaceListing(models.Model):
    """Pushing chosen listings now, and telling what became of each."""

    _inherit = "marketplace.listing"

    def action_sync_now(self):
        """Push these listings now, ahead of all that waits before them, and say what happened.

        Many are pushed in the background; whoever asked for it is told when all is done.
        """
        self.check_access("read")
        listings = self.sudo().with_context(active_test=True).search([("id", "in", self.ids)])
        if len(listings) > AT_ONCE:  # those of archived accounts would be watched in vain
            listings = listings.search([("id", "in", listings.ids), ("config_id.active", "=", True)])
        if not listings:
            return notification("warning", self.env._("Sync now"), self.env._(
                "Nothing of this is listed on a marketplace."))
        if len(listings) > AT_ONCE:
            return self.env["marketplace.bulk"]._begin_sync(listings)
        results = listings._push_now()
        return notification(*listings._say_what_happened(results))

    def _push_now(self):
        """Push them in as many calls as they have accounts.

        :return: dict account -> what its `_drain` returned
        """
        deadline = time.monotonic() + MAX_SECONDS
        return {
            account: account.with_context(cron_end_time=deadline)._drain(listing_ids=own.ids)
            for account, own in self.grouped("config_id").items()}

    def _say_what_happened(self, results):
        """What to notify whoever pressed the button of.

        :param results: see `_push_now`
        :return: kind, title and message of a notification
        """
        fates, sentences = Counter(), []
        # The pushes worked in transactions of their own, which this one, begun before, does not see.
        with self.env["marketplace.drain"]._own_cursor() as drain:
            for now in drain.env[self._name].browse(self.ids).exists():
                fate, sentence = self.browse(now.id)._say_fate(now, results[self.browse(now.id).config_id])
                fates[fate] += 1
                sentences.append(sentence)
        if len(sentences) > TOLD:
            sentences = [
                self.env._("%(done)s listings up to date, %(failed)s failed, %(remaining)s still waiting.",
                           done=fates["done"], failed=fates["failed"], remaining=fates["waiting"]),
                *self._say_what_hinders(results)]
        kind = "danger" if fates["failed"] else "warning" if fates["waiting"] else "success"
        return kind, self.env._("Sync now"), " ".join(sentences)

    def _say_fate(self, now, result):
        """What became of one listing.

        :param now: the listing after the push
        :param dict result: what its account's `_drain` returned
        :return: done, failed or waiting, and a sentence
        """
        name = self.display_name
        if result["state"] != "connected":
            return "waiting", self.env._("%(listing)s: %(why)s", listing=name, why=self._say_not_connected(result))
        if now.state == "error" and not now.is_waiting:  # else it failed before, and was not come to
            return "failed", self.env._("%(listing)s failed: %(reason)s", listing=name, reason=now.error or "")
        if now.state == "conflict":
            return "waiting", self.env._(
                "%s was changed in the shop: say on the listing which number is right.", name)
        if now.is_waiting:
            return "waiting", self.env._(
                "%(listing)s still waits. %(why)s", listing=name, why=now.deferred_reason or result["trouble"] or (
                    self.env._("Its scheduled action is pushing already.") if result["busy"] else ""))
        return "done", self.env._("%(listing)s: %(quantity)s published.", listing=name, quantity=now.quantity)

    def _say_what_hinders(self, results):
        """A sentence for each account that is not well."""
        return [
            self.env._("%(account)s: %(why)s", account=account.name, why=(
                self._say_not_connected(result) if result["state"] != "connected" else result["trouble"]))
            for account, result in results.items() if result["state"] != "connected" or result["trouble"]]

    def _say_not_connected(self, result):
        return " ".join(filter(None, [
            self.env["marketplace.config"]._say_switched_off(result["state"]), result["trouble"]]))
