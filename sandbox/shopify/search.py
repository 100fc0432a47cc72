# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shopify's search syntax, as far as SKUs need it, and as loose as Shopify's.

Facts noted from Shopify's documentation: terms `field:value`, quotes around values with blanks, a backslash
before a quote, blank or AND between terms that must all match, OR between alternatives, `*` at the end for a
prefix, `id:>1`. Unknown: how exactly a SKU is cut into tokens. Here a term matches any run of whole words of
the SKU, whatever their case: `sku:abc-1` finds `ABC-1`, `abc 1` and `ABC-1-RED`, and not `ABC-10`.
"""

import re
from bisect import bisect_left

TERM = re.compile(r"""\s*(?:(?P<field>\w+):)?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"()]+))""")
WORD = re.compile(r"\w+")
COMPARISON = re.compile(r"([<>]=?)?(\d+)$")


class SearchError(ValueError):
    """A query this stand-in does not understand; Shopify may."""


class SkuIndex:
    """Finds items by a run of words of their SKU.

    Every word of a SKU starts one entry, which holds the rest of the SKU from there; sorted, they answer a
    search by bisection. All that waits for the first search, so that adding 100,000 items stays cheap.
    """

    def __init__(self):
        self.entries = []
        self.added = []

    def add(self, item):
        self.added.append(item)

    def catch_up(self):
        for item in self.added:
            words = WORD.findall(item.sku.casefold())
            self.entries.extend((" ".join(words[start:]) + " ", item.number) for start in range(len(words)))
        self.entries.sort()
        self.added.clear()

    def find(self, value):
        """The numbers of the items that match `value`, as a set."""
        if self.added:
            self.catch_up()
        wanted = " ".join(WORD.findall(value.casefold()))
        if not value.endswith("*"):
            wanted += " "
        found, position = set(), bisect_left(self.entries, (wanted,))
        while position < len(self.entries) and self.entries[position][0].startswith(wanted):
            found.add(self.entries[position][1])
            position += 1
        return found


def search(query, index, numbers):
    """The numbers of the items that match `query`, in ascending order.

    :param index: the SkuIndex
    :param numbers: all item numbers, in ascending order
    """
    if not query or not query.strip():
        return numbers
    found = set()
    for alternative in parse(query):
        found |= set.intersection(*(matches(name, value, index, numbers) for name, value in alternative))
    return sorted(found)


def parse(query):
    """The alternatives of `query`, each a list of (field, value) that must all match."""
    alternatives, position = [[]], 0
    query = query.rstrip()
    while position < len(query):
        term = TERM.match(query, position)
        if not term:
            raise SearchError(f"the sandbox cannot read the search query from {query[position:]!r}")
        position = term.end()
        if term["plain"] in ("OR", "AND") and not term["field"]:
            if term["plain"] == "OR":
                alternatives.append([])
        else:
            value = term["plain"] if term["quoted"] is None else re.sub(r"\\(.)", r"\1", term["quoted"])
            alternatives[-1].append((term["field"], value))
    if not all(alternatives):
        raise SearchError("a term is missing beside OR in the search query")
    return alternatives


def matches(name, value, index, numbers):
    comparison = name == "id" and COMPARISON.match(value)
    if comparison:
        return compare(comparison[1], int(comparison[2]), numbers)
    if name == "sku":
        return index.find(value)
    raise SearchError(f"the sandbox can only search by sku and id, not by {name or 'words'}: {value!r}")


def compare(sign, number, numbers):
    start = bisect_left(numbers, number)
    after = bisect_left(numbers, number + 1)
    chosen = {
        ">": slice(after, None),
        ">=": slice(start, None),
        "<": slice(0, start),
        "<=": slice(0, after),
        None: slice(start, after),
    }
    return set(numbers[chosen[sign]])
