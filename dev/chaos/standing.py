# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where the addon stands when everything has settled: what waits, what failed, what is listed, who would do more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dev.chaos.breach import LOST, UNEXPLAINED, Finding

# eBay takes 250 changes of a listing a day. Who was changed less often than this has no reason to wait for tomorrow.
CHANGES_BEFORE_WAITING = 100


@dataclass(frozen=True)
class Standing:
    """A listing that is active, as Odoo has it.

    :param marks: how many wait for it, and for what reasons
    :param deferred_until: naive UTC, until when it is left alone
    :param logged: lines about it in the account's log
    """

    listing_id: int
    name: str
    state: str
    error: str = ""
    error_at: datetime | None = None
    marks: tuple[str, ...] = ()
    deferred_until: datetime | None = None
    deferred_reason: str = ""
    logged: int = 0


def unsettled(listings: Iterable[Standing], changes: Mapping[int, int], now: datetime) -> list[Finding]:
    """Find the listings that are neither up to date nor failed with a reason.

    :param changes: how many numbers the shop has accepted of each listing, by its own record
    :param now: naive UTC
    """
    found = []
    for one in listings:
        if one.state not in ("linked", "error"):
            found.append(Finding(LOST, f"{one.name} is neither linked nor failed: {one.state}", one.listing_id))
        if one.state == "error" and not (one.error and one.error_at and one.logged):
            found.append(Finding(
                UNEXPLAINED, f"{one.name} failed and nobody says why: reason {one.error!r}, at {one.error_at}, "
                f"{one.logged} lines in the log", one.listing_id))  # fmt: skip
        if is_deferred(one, now):
            if not one.deferred_reason or changes.get(one.listing_id, 0) < CHANGES_BEFORE_WAITING:
                found.append(Finding(
                    UNEXPLAINED, f"{one.name} waits until {one.deferred_until} for {one.deferred_reason!r}, though "
                    f"the shop has taken {changes.get(one.listing_id, 0)} numbers of it", one.listing_id))  # fmt: skip
        elif one.marks:
            found.append(Finding(LOST, f"{one.name} waits still: {', '.join(one.marks)}", one.listing_id))
    return found


def is_deferred(one: Standing, now: datetime) -> bool:
    """Whether a listing waits because its marketplace takes no more of it today."""
    return bool(one.deferred_until and one.deferred_until > now)


def excused(listings: Iterable[Standing], now: datetime) -> set[int]:
    """The listings that say themselves that their shop shows an old number."""
    return {one.listing_id for one in listings if one.state == "error" or is_deferred(one, now)}


# === WHAT ODOO SAYS === #


def standings(env, account_id: int) -> list[Standing]:
    """Read the active listings of an account."""
    env.cr.execute(
        """
        SELECT listing.id, coalesce(listing.sku, product.default_code, template.marketplace_sku, ''), listing.state,
               listing.error, listing.error_at,
               ARRAY(SELECT reason || ' at ' || date_trunc('milliseconds', marked_at)
                       FROM stock_availability_dirty WHERE listing_id = listing.id ORDER BY id LIMIT 5),
               listing.deferred_until, listing.deferred_reason,
               (SELECT count(*) FROM marketplace_sync_log WHERE listing_id = listing.id)
          FROM marketplace_listing listing
          JOIN product_template template ON template.id = listing.product_tmpl_id
          LEFT JOIN product_product product ON product.id = listing.product_id
         WHERE listing.config_id = %s AND listing.active
         ORDER BY listing.id
        """,
        [account_id],
    )
    account = env["marketplace.config"].browse(account_id).name
    return [
        Standing(listing_id, f"{sku or listing_id} on {account}", state, error or "", error_at, tuple(marks), until,
                 reason or "", logged)
        for listing_id, sku, state, error, error_at, marks, until, reason, logged in env.cr.fetchall()
    ]  # fmt: skip


def accounts_down(env, account_ids: Iterable[int]) -> list[Finding]:
    """Find the accounts nobody pushes any more: stopped, left alone, or without a scheduled action that is on."""
    found = []
    for account in env["marketplace.config"].with_context(active_test=False).browse(account_ids):
        name = account.name
        if account.state != "connected" or not account.active:
            check = LOST if account.last_error else UNEXPLAINED
            found.append(Finding(check, f"{name} is {account.state}: {account.last_error or 'nobody says why'}"))
        elif account.retry_at and account.retry_at > env.cr.now():
            found.append(Finding(
                LOST, f"{name} is left alone until {account.retry_at} after {account.failures} failures in a row, the "
                f"last one: {account.last_error}"))  # fmt: skip
        if not account.cron_id:
            found.append(Finding(LOST, f"{name} has no scheduled action"))
    crons = env["ir.cron"].with_context(active_test=False).search(
        [("model_id.model", "=like", "marketplace.%"), ("active", "=", False)])  # fmt: skip
    for cron in crons:
        found.append(Finding(LOST, f"The scheduled action {cron.cron_name} is switched off, after {cron.failure_count} "
                             f"failures since {cron.first_failure_date}"))  # fmt: skip
    return found


def unsorted_marks(env) -> list[Finding]:
    """Find changes of products that nobody has looked at."""
    env.cr.execute(
        """SELECT dirty.product_id, dirty.reason, dirty.marked_at FROM stock_availability_dirty dirty
             JOIN product_product product ON product.id = dirty.product_id
            WHERE dirty.listing_id IS NULL ORDER BY dirty.id LIMIT 20"""
    )
    return [Finding(LOST, f"A change of product {product} ({reason}, {at}) was never looked at")
            for product, reason, at in env.cr.fetchall()]  # fmt: skip


def unlisted(env, account_id: int) -> list[Finding]:
    """Find products that are ticked for the account's platform and have no active listing on it."""
    account = env["marketplace.config"].browse(account_id)
    ticked = env["product.product"].search(
        [(f"{account.platform}_product", "=", True), ("company_id", "in", [False, account.company_id.id])])  # fmt: skip
    listings = env["marketplace.listing"].search([("config_id", "=", account_id)])
    alone, whole = listings.product_id, listings.filtered(lambda listing: not listing.product_id).product_tmpl_id
    return [
        Finding(LOST, f"{product.display_name} is ticked for {account.name} and is not listed there")
        for product in ticked
        if not (product.product_tmpl_id in whole if product.marketplace_as_one else product in alone)
    ]
