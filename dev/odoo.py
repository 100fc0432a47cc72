# SPDX-License-Identifier: LGPL-3.0-or-later
"""Call Odoo's command line, set up for this clone."""

import os
import re
import tempfile
from pathlib import Path

from dev import clone
from dev.provision import Machine
from dev.run import environment, followed, output
from dev.say import Trouble

# The connection is not in here: PGHOST, PGUSER and PGPASSWORD reach Odoo through the environment.
CONFIG = """\
[options]
addons_path = {addons_path}
data_dir = {data}
http_interface = 127.0.0.1
db_maxconn = 64
max_cron_threads = 0
limit_time_real = 1800
without_demo = False
"""
# Python's own warnings (py.warnings) are about Odoo's imports, which are not ours to mend.
_COMPLAINT = re.compile(r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ (?!py\.warnings)")


def configure(machine: Machine, *, addons: Path = clone.ADDONS, file: Path = clone.CONFIG) -> Path:
    """Write a configuration file and return its path.

    :param addons: the folder the addon is found in, beside Odoo's own
    :param file: what to write; this clone's configuration unless told
    """
    folders = ",".join(map(str, [*machine.odoo.addons, addons]))
    file.write_text(CONFIG.format(addons_path=folders, data=clone.DATA))
    return file


def command(machine: Machine) -> list[str]:
    """Return how Odoo is called; the caller adds a configuration and what to do."""
    return [str(machine.python), "-m", "odoo"]


def pythonpath(machine: Machine) -> dict[str, str]:
    """Return the environment Odoo runs in."""
    return environment(PYTHONPATH=os.pathsep.join(map(str, [machine.odoo.source, *machine.odoo.others])))


def install(machine: Machine, database: str, modules: str, *, data: Path = clone.DATA) -> Path:
    """Install modules, comma-separated, with demo data in a database that exists or not; return the log file."""
    log = clone.LOGS / f"install-{database}.log"
    options = ["--data-dir", data, "-d", database, "-i", modules, "--with-demo", "--stop-after-init", "--no-http"]
    followed(
        [*command(machine), "-c", configure(machine), *options],
        lambda text: None,
        failure=f"Odoo could not install {modules}, its log is {log}",
        log=log,
        env=pythonpath(machine),
    )
    return log


def install_cleanly(machine: Machine, database: str) -> None:
    """Install the addon; an error or a warning Odoo logs on the way counts as failure."""
    log = install(machine, database, clone.ADDON)
    for text in log.read_text(errors="replace").splitlines():
        if _COMPLAINT.match(text):
            raise Trouble(f"Odoo complained while it installed {clone.ADDON}, its log is {log}: {text}")


def bundle_assets(machine: Machine, database: str) -> None:
    """Make the scripts and styles of pages beforehand, as Odoo does before its tests: each tour would make them anew in
    the transaction that is rolled back after it, and its first page might come too late."""
    with tempfile.TemporaryFile("w+") as script:
        script.write("env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n")
        script.seek(0)
        output(
            [*command(machine), "shell", "-c", configure(machine), "-d", database, "--no-http"],
            failure="Odoo could not make the scripts and styles of its pages",
            env=pythonpath(machine),
            stdin=script,
        )
