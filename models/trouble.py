# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import UserError

from ..adapters.words import _lt
from .drain_run import COLLISIONS
from .words import said

UNFORESEEN = _lt("Something went wrong: the server's log says what.")


def trouble_with(env, work, log):
    """Do something in a savepoint; what fails is taken back, and told.

    :param env: in the language of whoever is told
    :param work: what to do
    :param log: writes to the server's log what nobody foresaw, while that is being handled
    :return: why it could not be done, for people; None when it was
    :raise psycopg2.Error: one of COLLISIONS, after which it can be tried again
    """
    try:
        with env.cr.savepoint():
            work()
    except COLLISIONS:
        raise
    except UserError as error:
        return str(error)
    except Exception:  # noqa: BLE001  # it is logged by `log`
        log()
        return said(env, UNFORESEEN)
    return None
