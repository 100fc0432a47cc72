# SPDX-License-Identifier: LGPL-3.0-or-later
"""Catalogues of translations (.pot, .po): refresh one from the other, and find what is wrong with them.

Plain functions on polib's catalogues; `dev.i18n` is the command.
"""

import re
from collections import Counter
from collections.abc import Iterator

from polib import POEntry, POFile

# %s, %(name)s, %.1f, %%; not the sign in "90 % of it". {} and {name}.
_PRINTF = re.compile(r"%(?:\(\w+\))?[-#0+]*\d*(?:\.\d+)?[sdrif]|%%")
_BRACES = re.compile(r"\{\w*\}")
_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)([^<>]*?)(/?)>")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')""")
# Those people read: translated with the text around them.
_READ = frozenset({"title", "alt", "placeholder", "string", "help", "label", "aria-label", "data-tooltip"})
SHOWN = 60  # characters of a text in what is said about it


def refresh(catalogue: POFile, template: POFile) -> tuple[int, int]:
    """Make a language's catalogue hold the template's texts, in its order, each with the translation there is.

    :return: how many texts are new, and how many are gone
    """
    known = {entry.msgid: entry for entry in catalogue}
    entries = [_refreshed(entry, known.get(entry.msgid)) for entry in template]
    new = sum(entry.msgid not in known for entry in template)
    gone = len(known) - (len(entries) - new)
    catalogue[:] = entries
    catalogue.header = template.header
    catalogue.metadata["POT-Creation-Date"] = template.metadata["POT-Creation-Date"]
    return new, gone


def same(one: POFile, other: POFile) -> bool:
    """Whether two catalogues hold the same, but for when they were made."""
    return [_content(entry) for entry in one] == [_content(entry) for entry in other]


def stale(kept: POFile, exported: POFile) -> Iterator[str]:
    """Say in what a template differs from one exported just now."""
    old, new = ({entry.msgid: entry for entry in catalogue} for catalogue in (kept, exported))
    yield from (f"lacks {_quoted(msgid)}" for msgid in new.keys() - old.keys())
    yield from (f"has {_quoted(msgid)}, which is gone" for msgid in old.keys() - new.keys())
    yield from (
        f"says that {_quoted(msgid)} stands elsewhere than it does"
        for msgid in old.keys() & new.keys()
        if _content(old[msgid]) != _content(new[msgid])
    )


def faults(catalogue: POFile, template: POFile) -> Iterator[str]:
    """Say what is wrong with a language's catalogue: what is missing, and what would break the screen it stands on."""
    entries = {entry.msgid: entry for entry in catalogue}
    wanted = {entry.msgid for entry in template}
    yield from (f"lacks {_quoted(msgid)}" for msgid in wanted - entries.keys())
    yield from (f"has {_quoted(msgid)}, which is gone" for msgid in entries.keys() - wanted)
    for count, msgid in ((count, msgid) for msgid, count in Counter(entry.msgid for entry in catalogue).items()):
        if count > 1:
            yield f"has {_quoted(msgid)} {count} times"
    for entry in catalogue:
        if not entry.msgstr:
            yield f"does not translate {_quoted(entry.msgid)}"
        elif entry.fuzzy:
            yield f"is not sure of {_quoted(entry.msgid)}"
        else:
            yield from (f"{fault} in {_quoted(entry.msgid)}" for fault in differences(entry.msgid, entry.msgstr))


def differences(source: str, translation: str) -> Iterator[str]:
    """Say what a translation has to have in common with its source and has not."""
    for what, parts in (("placeholders", placeholders), ("tags", tags), ("blanks at the ends", _ends)):
        before, after = parts(source), parts(translation)
        if before != after:
            lost, added = before - after, after - before
            told = [f"without {' '.join(map(str, lost))}"] if lost else []
            told += [f"with {' '.join(map(str, added))}"] if added else []
            yield f"other {what} ({', '.join(told)})"


def placeholders(text: str) -> Counter:
    """Count what is filled in when a text is shown."""
    return Counter(_PRINTF.findall(text) + _BRACES.findall(text))


def tags(text: str) -> Counter:
    """Count the HTML tags of a text, each with the attributes nobody reads."""
    return Counter(_tag(*found.groups()) for found in _TAG.finditer(text))


def _tag(closing: str, name: str, attributes: str, empty: str) -> str:
    kept = sorted(f"{key}={value[1:-1]}" for key, value in _ATTRIBUTE.findall(attributes) if key not in _READ)
    return f"<{closing}{' '.join([name, *kept])}{empty}>"


def _ends(text: str) -> Counter:
    bare = text.strip()
    start = text.index(bare) if bare else 0
    return Counter({f"start {text[:start]!r}": 1, f"end {text[start + len(bare) :]!r}": 1})


def _refreshed(entry: POEntry, known: POEntry | None) -> POEntry:
    return POEntry(
        msgid=entry.msgid,
        msgstr=known.msgstr if known else "",
        flags=[flag for flag in known.flags if flag == "fuzzy"] if known else [],
        tcomment=known.tcomment if known else "",
        comment=entry.comment,
        occurrences=entry.occurrences,
    )


def _content(entry: POEntry) -> tuple:
    flags, places = sorted(entry.flags), sorted((path, line or "") for path, line in entry.occurrences)
    return entry.msgid, entry.msgstr, entry.comment, entry.tcomment, flags, places


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text}"' if len(text) <= SHOWN else f'"{text[:SHOWN]}..."'
