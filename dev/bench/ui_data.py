# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the screens of a busy shop show: a queue, failures, a log, a history, comparisons, requests and rules."""

from dev import postgres
from dev.bench import data
from dev.bench.inside import environment

FAILED = 1_000
RULES = 5_000
COMPARISONS = 1_000
BULKS = 1_000
# Of listings, with what they then are: they come one after the other, the first listings of all.
UNUSUAL = (
    (FAILED, "state = 'error', error = 'The shop has no item ' || id % 20, error_at = now(), failed_since = now(),"
             " next_attempt = now() + interval '1 day'"),
    (200, "state = 'conflict', conflict_since = now(), conflict_quantity = 3"),
    (1_000, "state = 'pending'"),
    (1_000, "active = FALSE"),
    (1_000, "deferred_until = now() + interval '1 day', deferred_reason = 'The daily limit is used up'"),
)  # fmt: skip
# As many rows as listings each, `n` from 1 on; of an account `a`, its location and its comparison that are named.
ROWS = """
    -- A push each second of the last day, and before that a listing that failed every half minute.
    INSERT INTO marketplace_sync_log (
           config_id, company_id, platform, kind, level, message, sku, taken, acknowledged, unchanged, failed,
           remaining, calls, seconds, answer_median_ms, answer_p95_ms, error_kind, create_date)
    SELECT a.id, a.company_id, a.platform, CASE WHEN early THEN 'listing' ELSE 'drain' END,
           CASE WHEN early THEN 'error' ELSE 'info' END,
           CASE WHEN early THEN 'The shop has no item ' || n %% 20 ELSE n %% 900 || ' up to date, 0 failed' END,
           CASE WHEN early THEN 'BENCH-' || lpad(n::text, 6, '0') END, n %% 900, n %% 900, 0, 0, n %% 5000, n %% 9, 0.1,
           100 + n %% 50, 200 + n %% 300, CASE WHEN early THEN 'listing' END,
           CASE WHEN early THEN moment - interval '1 day' - (%(size)s - 86400 - n) * interval '30 seconds'
                ELSE moment - (%(size)s - n) * interval '1 second' END
      FROM marketplace_config a, (SELECT now() AT TIME ZONE 'UTC') AS clock (moment), generate_series(1, %(size)s) AS n,
           LATERAL (SELECT n <= %(size)s - 86400) AS half (early)
     WHERE a.id = %(account)s ORDER BY n;
    INSERT INTO marketplace_history (listing_id, location_id, at, quantity, odoo_quantity)
    SELECT level.listing_id, level.location_id, level.acked_at, level.quantity, level.quantity
      FROM marketplace_level level ORDER BY level.id;
    INSERT INTO marketplace_exchange (
           config_id, run_ref, sent_at, method, url, writes, status, milliseconds, trouble, body_size, answer_size,
           create_date)
    SELECT %(account)s, 'run' || n / 5, now() AT TIME ZONE 'UTC' - n * interval '5 seconds', 'POST',
           'https://shop.example/graphql.json?n=' || n, n %% 2 = 0, CASE WHEN n %% 20 = 0 THEN 502 ELSE 200 END, 120,
           CASE WHEN n %% 20 = 0 THEN 'The shop is away (502)' END, 3000, 9000, now()
      FROM generate_series(1, %(size)s) AS n;
    INSERT INTO marketplace_reconcile (
           config_id, state, started_at, finished_at, shards, shard, total, checked, drifted, waiting, calls, seconds)
    SELECT %(account)s, 'done', started, started + interval '5 minutes', 1, 1, %(size)s, %(size)s,
           CASE WHEN n = %(comparisons)s THEN %(size)s ELSE 0 END, 0, 500, 60
      FROM generate_series(1, %(comparisons)s) AS n,
           LATERAL (SELECT now() AT TIME ZONE 'UTC' - (%(comparisons)s - n) * interval '1 day') AS day (started)
     ORDER BY n;
    INSERT INTO marketplace_drift (
           reconcile_id, config_id, listing_id, location_id, reason, shown, acked, expected, since, detail, noticed_at)
    SELECT run.id, run.config_id, level.listing_id, level.location_id,
           (ARRAY['changed', 'unpushed', 'missing'])[1 + level.id %% 3], 3, level.quantity, level.quantity,
           level.acked_at, 'Sold there ' || level.id %% 20, run.finished_at
      FROM marketplace_level level, (SELECT * FROM marketplace_reconcile ORDER BY id DESC LIMIT 1) AS run
     ORDER BY level.id;
    INSERT INTO marketplace_bulk (
           kind, platforms, user_id, create_uid, records, failed, failed_count, total, position, state, create_date,
           finished_at)
    SELECT 'publish', 'shopify', u.id, u.id, list, '[1, 2]', 2, 10000, 10000, 'done', now(), now()
      FROM res_users u, generate_series(1, %(bulks)s),
           (SELECT jsonb_agg(id) AS list FROM (SELECT id FROM product_product LIMIT 10000) AS product) AS chosen
     WHERE u.login = 'admin';
    INSERT INTO marketplace_rule (company_id, config_id, product_tmpl_id, kind, value)
    SELECT company_id, config_id, product_tmpl_id, 'buffer', 2 FROM marketplace_listing ORDER BY id LIMIT %(rules)s;
"""
TABLES = (
    "marketplace_listing", "marketplace_sync_log", "marketplace_history", "marketplace_exchange",
    "marketplace_reconcile", "marketplace_drift", "marketplace_bulk", "marketplace_rule", "stock_availability_dirty",
)  # fmt: skip


def furnish(name: str, account_id: int, size: int) -> None:
    """Leave something to be seen on every screen.

    :param size: how many listings the account has
    """
    data.set_all(name, data.PIECES + 1)
    with environment(name) as env:
        while env["stock.availability.dirty"]._sort():
            pass
    first = 0
    with postgres.connected(name) as cursor:
        for number, change in UNUSUAL:
            cursor.execute(
                f"UPDATE marketplace_listing SET {change.replace('%', '%%')} WHERE id = ANY(ARRAY("
                "SELECT id FROM marketplace_listing ORDER BY id OFFSET %s LIMIT %s))", [first, number])
            first += number
        named = {"account": account_id, "size": size, "comparisons": COMPARISONS, "bulks": BULKS, "rules": RULES}
        for statement in filter(str.strip, ROWS.split(";\n")):
            cursor.execute(statement, named)
    # What has been moved since the queue was sorted last.
    data.set_all(name, data.PIECES + 2, up_to=1_000)
    data.tidy(name, *TABLES)
