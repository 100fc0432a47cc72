# SPDX-License-Identifier: LGPL-3.0-or-later
"""The process one suite runs in: Odoo's own tests by Odoo's own runner, once all modules are loaded.

Odoo's command line runs a module's `at_install` tests as soon as that module is loaded, before the modules that depend
on it: this addon, which comes after `stock`, would not be there yet. Here both sides load everything, and only then run
`at_install` tests, before `post_install` tests as Odoo does.
"""

import json
import subprocess
import sys
from pathlib import Path
from unittest import mock

from dev import clone, odoo, provision, say
from dev.provision import Machine

POSITIONS = ("at_install", "post_install")


def main() -> None:
    """Run the suite the command line describes."""
    order = json.loads(sys.argv[1])
    provision.ready("dev.suites.inside")
    from odoo.modules.registry import Registry
    from odoo.tools import config

    options = ["-d", order["database"], "--http-port", "0", "--logfile", order["log"]]
    config.parse_config(["-c", str(clone.CONFIG), *options], setup_logging=True)
    registry = Registry(order["database"])
    # Not before: loading modules would run their tests.
    config["test_tags"], config["test_enable"] = order["tags"], True
    _run(registry, order)


def start(machine: Machine, order: dict) -> subprocess.Popen:
    """Start such a process.

    :param order: database, addon (whether it is installed there), module, tags (as Odoo's --test-tags), and the files
        outcomes and log
    """
    return subprocess.Popen(
        [str(machine.python), "-m", "dev.suites.inside", json.dumps(order)],
        cwd=clone.ROOT,
        env=odoo.pythonpath(machine) | {"PYTHONHASHSEED": "0"},  # the sides differ in nothing but the addon
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the command alone; told to stop, a child stops its own in order
    )


def _run(registry, order: dict) -> None:
    """Run both positions of a suite; what is written begins with the names of its tests and ends when all is well."""
    from odoo.tests import BaseCase, loader

    from dev.suites import served, watched
    from dev.suites.recorder import Recorder

    suites = [loader.make_suite([order["module"]], position) for position in POSITIONS]
    with (
        Path(order["outcomes"]).open("w") as to,
        watched.marks(registry, order["database"], installed=order["addon"]) as marks,
        served.pages(registry, any(suite.has_http_case() for suite in suites)),
        mock.patch.object(BaseCase, "_callTestMethod", _call_then_flush),
    ):
        recorder = Recorder(to, lambda: marks.calls)
        recorder.note(tests=[test.id() for suite in suites for test in suite])
        for suite in suites:
            _run_position(suite, recorder)
        recorder.note(written=marks.written())


def _run_position(suite, recorder) -> None:
    """Run a suite as odoo.tests.loader.run_suite does, which brings a result of its own."""
    from odoo.modules import module

    module.current_test = True
    suite(recorder)
    module.current_test = False


def _call_then_flush(test, method) -> None:
    """Call a test's method, and then do what a commit does before it commits.

    Tests roll back: what is left until just before the commit, as the addon's one statement is, would hardly ever run.
    """
    method()
    if test.env and test._outcome.success:
        test.env.cr.flush()


if __name__ == "__main__":
    say.command(main)
