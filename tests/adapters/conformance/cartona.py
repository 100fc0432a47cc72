# SPDX-License-Identifier: LGPL-3.0-or-later
from adapters.cartona import CartonaAdapter
from sandbox.cartona import Supplier

from .harness import Harness


class Cartona(Harness):
    """A Cartona that tells the result of every row."""

    name = "cartona"
    adapter, sandbox = CartonaAdapter, Supplier
    credentials = {"access_token": "cartona_sandbox"}
    options = {"verify": "sample"}
    read_batch = 100
    # An empty answer may be how Cartona says yes: nobody knows, so the numbers are read back.
    perhaps_yes = ("empty",)

    def most_reads(self, rows):
        return super().most_reads(rows) + 9  # pages behind the last, which are asked for before it is known


class CartonaInOneWord(Cartona):
    """One that tells one result for all rows; some are read back."""

    name = "cartona-in-one-word"
    settings = {"answers": "plain"}
    targets = ("write", "read")

    def most_calls(self, rows):
        return round(1.5 * super().most_calls(rows))


class CartonaSilent(CartonaInOneWord):
    """One that says nothing, and leaves out what it does not like; every row is read back, from pages of 100."""

    name = "cartona-silent"
    settings = {"answers": "silent", "bad_rows": "ignore"}
    options = {"verify": "always"}

    def most_calls(self, rows):
        return 8 * super().most_calls(rows)  # each ten batches are looked for from the first page on


HARNESSES = (Cartona, CartonaInOneWord, CartonaSilent)
