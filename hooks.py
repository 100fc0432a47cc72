# SPDX-License-Identifier: LGPL-3.0-or-later
"""The database objects that are not an ORM table: the dirty table, the views outside scripts read, the pace, what is
on its way, and totals.

The models call these functions whenever the addon is installed or updated; they can be run again at any time.
"""

from odoo.tools import SQL

from .models.platforms import PLATFORMS


def create_dirty_table(cr):
    """Create what is missing of the dirty table.

    It is append-only on purpose: no unique key, no foreign key, no look-up, so that two stock transactions
    marking the same product never wait for each other and never fail (invariant I2). `listing_id` is empty
    until the mark is sorted; `config_id` then says whose drain takes it. `marked_at` is UTC.
    """
    cr.execute("""
        CREATE TABLE IF NOT EXISTS stock_availability_dirty (
            id bigserial PRIMARY KEY,
            product_id integer,
            product_tmpl_id integer,
            listing_id integer,
            config_id integer,
            marked_at timestamp without time zone NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
            reason varchar
        )
    """)
    # What nobody has sorted yet, oldest first.
    cr.execute("""
        CREATE INDEX IF NOT EXISTS stock_availability_dirty_unsorted_index
            ON stock_availability_dirty (id) WHERE listing_id IS NULL
    """)
    # What waits for one account, oldest first. Its condition is not that of the next index, although it holds for the
    # same rows: what looks up a listing's marks could else walk through all of this one, when statistics are old.
    cr.execute("""
        CREATE INDEX IF NOT EXISTS stock_availability_dirty_config_index
            ON stock_availability_dirty (config_id, id) WHERE config_id IS NOT NULL
    """)
    # All marks of one listing.
    cr.execute("""
        CREATE INDEX IF NOT EXISTS stock_availability_dirty_listing_index
            ON stock_availability_dirty (listing_id) WHERE listing_id IS NOT NULL
    """)
    # A queue's size swings between nothing and a million rows: vacuum by what died in it, not by a share of it,
    # and let the indexes be read without visiting rows that are long gone.
    cr.execute("""
        ALTER TABLE stock_availability_dirty SET (
            autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
            autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000)
    """)


def create_pace_table(cr):
    """Create what `models.pace` counts in: for each account the moment at which it may be called freely again.

    Unlogged: after a crash of PostgreSQL's it is empty, which only means a fresh start.
    """
    cr.execute("""
        CREATE UNLOGGED TABLE IF NOT EXISTS marketplace_pace (
            config_id integer PRIMARY KEY,
            full_at timestamp with time zone NOT NULL
        ) WITH (fillfactor = 50)
    """)


def create_attempt_table(cr):
    """Create what marketplace.attempt keeps: a row for each chunk of numbers on its way, the numbers as arrays.

    `sent_at` is UTC: by the clock, a chunk's transaction may have begun long before.
    """
    cr.execute("""
        CREATE TABLE IF NOT EXISTS marketplace_attempt (
            id bigserial PRIMARY KEY,
            config_id integer NOT NULL,
            sent_at timestamp without time zone NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'),
            listing_ids integer[] NOT NULL,
            location_ids integer[] NOT NULL,
            quantities integer[] NOT NULL,
            stocks double precision[] NOT NULL
        )
    """)


def create_total_table(cr):
    """Create what marketplace.metrics counts up: what all pushes of an account have done since the beginning."""
    cr.execute("""
        CREATE TABLE IF NOT EXISTS marketplace_total (
            config_id integer PRIMARY KEY,
            pushes bigint NOT NULL,
            acknowledged bigint NOT NULL,
            unchanged bigint NOT NULL,
            failed bigint NOT NULL,
            calls bigint NOT NULL,
            seconds double precision NOT NULL
        ) WITH (fillfactor = 50)
    """)


def create_views(cr):
    """(Re)create one view per platform, such as `stock_availability_dirty_shopify`, for scripts outside Odoo.

    Columns: product_id (empty for a listing of a whole template), product_tmpl_id, marked_at (UTC) and
    sorted (false while nobody has looked up which listings the mark concerns).
    """
    for platform in PLATFORMS:
        view = SQL.identifier(f"stock_availability_dirty_{platform}")
        cr.execute(SQL("DROP VIEW IF EXISTS %s", view))
        cr.execute(SQL(
            """
            CREATE VIEW %(view)s AS
            SELECT d.product_id, d.product_tmpl_id, d.marked_at, FALSE AS sorted
              FROM stock_availability_dirty d
             WHERE d.listing_id IS NULL
               AND EXISTS (SELECT 1
                             FROM marketplace_listing l
                             JOIN marketplace_config c ON c.id = l.config_id AND c.platform = %(platform)s
                            WHERE l.active
                              AND l.product_tmpl_id = d.product_tmpl_id
                              AND (l.product_id = d.product_id OR l.product_id IS NULL))
            UNION ALL
            SELECT l.product_id, l.product_tmpl_id, d.marked_at, TRUE
              FROM stock_availability_dirty d
              JOIN marketplace_listing l ON l.id = d.listing_id AND l.active
              JOIN marketplace_config c ON c.id = l.config_id AND c.platform = %(platform)s
            """,
            view=view, platform=platform,
        ))


def uninstall_hook(env):
    """Leave nothing behind: Odoo removes what has an XML id, this removes the rest."""
    accounts = env["marketplace.config"].sudo().with_context(active_test=False).search([])
    crons = accounts._crons()
    accounts.cron_id = False
    crons.unlink()
    # What our models have from `mail` and others is known under their names, and Odoo forgets these two kinds.
    for kind, model_path in (("ir.model.fields.selection", "field_id.model"), ("ir.model.inherit", "model_id.model")):
        ours = env[kind].sudo().search([(model_path, "=like", "marketplace.%")])
        env["ir.model.data"].sudo().search([
            ("model", "=", kind), ("res_id", "in", ours.ids), ("module", "!=", "marketplace_sync")]).unlink()
    for platform in PLATFORMS:
        env.cr.execute(SQL("DROP VIEW IF EXISTS %s", SQL.identifier(f"stock_availability_dirty_{platform}")))
    env.cr.execute("""
        DROP TABLE IF EXISTS stock_availability_dirty, marketplace_pace, marketplace_attempt, marketplace_total""")
    env["ir.config_parameter"].sudo().set_param("marketplace_sync.metrics_token", False)
