# SPDX-License-Identifier: LGPL-3.0-or-later
"""The table of `make mutate` fits the code: it takes minutes to run, and a moment to see that a line has moved on."""

from pathlib import Path

import pytest

from dev.mutation.table import MUTATIONS, Mutation

ROOT = Path(__file__).parents[2]


def test_names_are_sorted_and_say_one_thing_each():
    names = [mutation.name for mutation in MUTATIONS]
    assert names == sorted(set(names), key=str.casefold)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_fits_the_code(mutation):
    assert mutation.applied((ROOT / mutation.file).read_text()) != (ROOT / mutation.file).read_text()
    for test in mutation.tests.split():
        file, *names = test.split("::")
        text = (ROOT / file).read_text()
        assert all(f"class {name}(" in text or f"def {name}(" in text for name in names)


@pytest.mark.parametrize("text", ["", "old old"])
def test_text_that_is_not_there_once(text):
    with pytest.raises(ValueError, match="not once"):
        Mutation("x", "y", "old", "new", "").applied(text)
