# SPDX-License-Identifier: LGPL-3.0-or-later
"""docs/trading_day.png: the policies side by side, and how the day went."""

from dev import clone

NAME = "trading_day.png"
FILE = clone.ROOT / "docs" / NAME
COLOURS = {"oversold": "#c0392b", "in_flight": "#e67e22", "unavoidable": "#95a5a6"}
BARS = (("hidden", "Hidden (pieces × hours)"), ("wrong", "Wrong numbers (listings × hours)"))
HOUR = 3600


def draw(results: dict[str, dict], seed: int) -> None:
    """Draw the picture.

    :param results: what came of the day, by policy
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    titles = [row["title"] for row in results.values()]
    figure, axes = pyplot.subplot_mosaic(
        [["units", "hidden", "wrong"], ["oversold", "oversold", "unavoidable"]], figsize=(16, 9), layout="constrained"
    )
    _units(axes["units"], results, titles)
    for what, title in BARS:
        _bars(axes[what], [row["minutes"][what] / 60 for row in results.values()], titles, title)
    _timeline(axes["oversold"], results, _oversold, "Pieces oversold or in flight so far")
    _timeline(axes["unavoidable"], results, lambda sample: sample["unavoidable"], "Unavoidable ones so far")
    axes["oversold"].legend(loc="upper left")
    figure.suptitle(f"One day, the same buyers, {len(titles)} ways to keep four shops right (seed {seed})")
    figure.savefig(FILE, dpi=100, metadata={"Software": None})
    pyplot.close(figure)


def _oversold(sample: dict) -> int:
    return sample["oversold"] + sample["in_flight"]


def _units(axis, results: dict[str, dict], titles: list[str]) -> None:
    left = [0] * len(titles)
    for kind, colour in COLOURS.items():
        values = [row["units"][kind] for row in results.values()]
        bars = axis.barh(titles, values, left=left, color=colour, label=kind.replace("_", " "))
        left = [before + value for before, value in zip(left, values, strict=True)]
    said = [" + ".join(str(row["units"][kind]) for kind in COLOURS) for row in results.values()]
    axis.bar_label(bars, said, padding=3)
    axis.set_title("Pieces sold that were not there")
    axis.invert_yaxis()
    axis.margins(x=0.35)
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, -0.2), ncols=3, frameon=False)


def _bars(axis, values: list[float], titles: list[str], title: str) -> None:
    bars = axis.barh(titles, values, color="#2980b9")
    axis.bar_label(bars, fmt="{:,.0f}", padding=3)
    axis.set_xscale("symlog")
    axis.set_yticklabels([])
    axis.set_title(title)
    axis.invert_yaxis()
    axis.margins(x=0.2)


def _timeline(axis, results: dict[str, dict], value, title: str) -> None:
    for row in results.values():
        hours = [sample["at"] / HOUR for sample in row["samples"]]
        axis.step(hours, [value(sample) for sample in row["samples"]], where="post", label=row["title"], linewidth=1.3)
    axis.set_title(title)
    axis.set_xlabel("hour of the day")
    axis.set_xlim(0, 24)
    axis.set_xticks(range(0, 25, 3))
