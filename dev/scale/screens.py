# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long the web client waits for what it shows: lists with their filters and counts, and forms.

In both databases 20,000 listings wait, 200 have failed, 100 ask, 50 are archived, and the log has 10,000 lines.
"""

from dev.provision import Machine
from dev.scale import paths
from dev.scale.comparing import Database, compare

TIMES = 9


def measure(machine: Machine, *names: str) -> None:
    """Open each in turns."""
    databases = tuple(map(Database, names))
    for database in databases:
        furnish(database)
    for figure, screen in paths.SCREENS.items():
        compare(figure, databases, screen, times=TIMES, user=True)
    for database in databases:
        clear(database)


def furnish(database: Database) -> None:
    """Leave something to be seen."""
    database.fill_queue()
    database.execute(
        *(f"""
        UPDATE marketplace_listing SET {change} WHERE config_id = %(account)s
           AND product_id = ANY((%(products)s::integer[])[{first}:{last}])
        """ for change, first, last in (
            ("state = 'error', error = 'The shop has no item with the SKU ' || id %% 10, error_at = now(),"
             " failed_since = now(), next_attempt = now() + interval '1 day'", 1, 200),
            ("state = 'conflict', conflict_since = now()", 201, 300),
            ("active = FALSE", 301, 350))),
        """
        INSERT INTO marketplace_sync_log (config_id, company_id, kind, level, message, create_date)
        SELECT account.id, account.company_id, 'drain', 'info', 'scale', now()
          FROM marketplace_config account, generate_series(1, 5000) ORDER BY 1
        """,
        "VACUUM ANALYZE stock_availability_dirty", "VACUUM ANALYZE marketplace_listing",
        "VACUUM ANALYZE marketplace_sync_log")


def clear(database: Database) -> None:
    """Leave things as they were."""
    database.execute(
        "TRUNCATE stock_availability_dirty",
        """
        UPDATE marketplace_listing SET state = 'linked', active = TRUE, error = NULL, error_at = NULL,
               failed_since = NULL, next_attempt = NULL, conflict_since = NULL
         WHERE config_id = %(account)s AND product_id = ANY((%(products)s::integer[])[1:350])
        """,
        "DELETE FROM marketplace_sync_log", "VACUUM ANALYZE marketplace_listing",
        "VACUUM ANALYZE marketplace_sync_log")
