"""How each attribute differs between seed and population: a few words, a few bars.

Of a categorical attribute the values whose shares differ most; of a continuous one the
fifths of the population. What fewer than 25 seed people have is not told apart.
"""

from typing import TYPE_CHECKING, Any

from catalog.datasets import Frozen
from report.words import isolated, number_text, share_text

if TYPE_CHECKING:
    from orchestration.outlook import Outlook

FEWEST_SHOWN = 25
MOST_BARS = 3
FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class SideBar(Frozen):
    """The people of one value or band: their share of the seed and of the population."""

    label: str
    seed_share: float
    population_share: float


class AttributeSides(Frozen):
    """How an attribute differs between seed and population, in a few words and bars."""

    attribute: str
    text: str
    bars: tuple[SideBar, ...] = ()


def sides_of(outlook: "Outlook") -> tuple[AttributeSides, ...]:
    """Seed against population, for each attribute of which anything can be shown."""
    found = (
        _continuous(outlook, each.slug)
        if each.role == "continuous"
        else _categorical(outlook, each.slug)
        for each in outlook.plan.attributes
    )
    return tuple(each for each in found if each is not None)


def _categorical(outlook: "Outlook", attribute: str) -> AttributeSides | None:
    (totals,) = _whole_fit(outlook, "distribution_totals")
    rows = [
        row | {"seed_share": share}
        for row in _whole_fit(outlook, "weight_values")
        if row["attribute"] == attribute
        and not row["is_missing"]
        and (share := _share_of_the_seed(row, totals)) * totals["seed_total"]
        > FEWEST_SHOWN - 0.5
    ]
    if not rows:
        return None
    rows.sort(
        key=lambda row: (
            -abs(row["seed_share"] - row["reference_share"]),
            row["attribute_value"],
        )
    )
    bars = tuple(
        SideBar(
            label=str(row["attribute_value"]),
            seed_share=row["seed_share"],
            population_share=row["reference_share"],
        )
        for row in rows[:MOST_BARS]
    )
    first = bars[0]
    told = (
        f"{isolated(first.label)}: {share_text(first.seed_share)} of the seed,"
        f" {share_text(first.population_share)} of the population"
    )
    return AttributeSides(attribute=attribute, text=told, bars=bars)


def _share_of_the_seed(row: dict[str, Any], totals: dict[str, Any]) -> float:
    """The share of the seed that has the value, without what a weight draws it by.

    A weight is made of a share that is drawn towards the reference's (`seed_share` of the
    dbt project): right for scoring, but not how many of the seed there are.
    """
    seed, drawn = totals["seed_total"], totals["smoothing"]
    share = row["seed_share"] * (seed + drawn) - drawn * row["reference_share"]
    return min(1.0, max(0.0, share / seed))


def _continuous(outlook: "Outlook", attribute: str) -> AttributeSides | None:
    import numpy as np

    seed, population = (
        outlook.tables[name][attribute].drop_null().to_numpy().astype(float)
        for name in ("canonical_seed", "canonical_sample")
    )
    if min(len(seed), len(population)) < FEWEST_SHOWN:
        return None
    medians = [_figure(float(np.median(side))) for side in (seed, population)]
    told = f"median {medians[0]} in the seed, {medians[1]} in the population"
    inner = _edges(np.quantile(population, FIFTHS))
    counts = [
        np.bincount(np.searchsorted(inner, side, side="left"), minlength=len(inner) + 1)
        for side in (seed, population)
    ]
    bars = tuple(
        SideBar(
            label=_band(inner, at),
            seed_share=float(counts[0][at] / len(seed)),
            population_share=float(counts[1][at] / len(population)),
        )
        for at in range(len(inner) + 1)
        if min(counts[0][at], counts[1][at]) >= FEWEST_SHOWN
    )
    return AttributeSides(attribute=attribute, text=told, bars=bars)


def _whole_fit(outlook: "Outlook", relation: str) -> list[dict[str, Any]]:
    """The rows that no fold was left out of."""
    rows = outlook.tables[relation].to_pylist()
    return [row for row in rows if row["left_out_fold"] == -1]


def _edges(quantiles: Any) -> Any:
    """The inner edges of the bands; a least value that a fifth has is a band by itself."""
    import numpy as np

    edges = np.unique(quantiles)
    has_many_least = quantiles[0] == quantiles[1] or len(edges) == 2
    return edges[: len(edges) - 1] if has_many_least else edges[1:-1]


def _band(inner: Any, at: int) -> str:
    """A band between the inner edges, whose upper end belongs to it."""
    if not len(inner):
        return "all"
    if at == 0:
        return f"up to {_figure(inner[0])}"
    if at == len(inner):
        return f"over {_figure(inner[-1])}"
    return f"over {_figure(inner[at - 1])} to {_figure(inner[at])}"


def _figure(value: float) -> str:
    decimals = 0 if abs(value) >= 100 or value == int(value) else 2
    return number_text(float(value), decimals)
