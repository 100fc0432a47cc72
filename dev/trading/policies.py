# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is compared: the addon's policies, and two ways others do it."""

from dataclasses import dataclass

from dev.say import Trouble


@dataclass(frozen=True)
class Policy:
    """One way to keep four shops right.

    :param connector: which class of connectors.py
    :param conflicts: the accounts' conflict policy
    :param share: percent of the stock each shop may show, 0 for all of it
    :param reconciles: whether the shops' numbers are read now and then
    :param answer_after: seconds until somebody answers a listing that asks; None for never
    """

    title: str
    connector: str = "Ours"
    conflicts: str = "respect"
    share: int = 0
    reconciles: bool = True
    answer_after: float | None = None


POLICIES = {
    "respect": Policy("respect (default)"),
    "overwrite": Policy("overwrite", conflicts="overwrite"),
    "ask": Policy("ask, nobody answers", conflicts="ask"),
    "answered": Policy("ask, answered after 10 min", conflicts="ask", answer_after=600),
    "shares": Policy("respect, a quarter each", share=25),
    "10min": Policy("push every 10 minutes", "EveryTenMinutes", "overwrite", reconciles=False),
    "job": Policy("one job per change", "OneJobPerChange", "overwrite", reconciles=False),
}


def chosen(names: str) -> list[str]:
    """Return the policies of a list with commas between them; all for an empty one.

    :raises Trouble: there is no such policy
    """
    asked = [name for name in names.split(",") if name]
    if unknown := set(asked) - set(POLICIES):
        raise Trouble(f"There is no policy {', '.join(sorted(unknown))}: there are {', '.join(POLICIES)}.")
    return [name for name in POLICIES if not asked or name in asked]
