"""How each attribute differs between seed and population: a few words, a few bars.

Of a categorical attribute the values whose shares differ most; of a continuous one the
fifths of the population. What fewer than 25 seed people have is not told apart, nor is
what 1 to 24 people of the population have.
"""

from typing import TYPE_CHECKING, Any

from catalog.datasets import Frozen
from report.words import FEWEST_PEOPLE, isolated, number_text, share_text

if TYPE_CHECKING:
    from orchestration.outlook import Outlook

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
    bars = _bars(outlook, attribute)
    if not bars:
        return None
    first = bars[0]
    told = (
        f"{isolated(first.label)}: {share_text(first.seed_share)} of the seed,"
        f" {share_text(first.population_share)} of the population"
    )
    return AttributeSides(attribute=attribute, text=told, bars=bars[:MOST_BARS])


def _bars(outlook: "Outlook", attribute: str) -> tuple[SideBar, ...]:
    """The values that enough people have, the shares that differ most first."""
    totals = _whole_fit(outlook, "distribution_totals")[0]
    people = _seed_people(outlook, attribute)
    found = [
        SideBar(
            label=row["attribute_value"],
            seed_share=row["seed_count"] / totals["seed_total"],
            population_share=row["reference_count"] / totals["reference_total"],
        )
        for row in _whole_fit(outlook, "distribution_categorical", attribute)
        if not row["is_missing"]
        and people.get(row["attribute_value"], 0) >= FEWEST_PEOPLE
        and not 0 < row["reference_count"] < FEWEST_PEOPLE
    ]
    return tuple(
        sorted(
            found,
            key=lambda bar: (-abs(bar.seed_share - bar.population_share), bar.label),
        )
    )


def _seed_people(outlook: "Outlook", attribute: str) -> dict[str, int]:
    """How many seed people have each value, by heads: one of a weighed seed may be many."""
    import pyarrow.compute as pc

    counted = pc.value_counts(outlook.tables["canonical_seed"][attribute]).to_pylist()
    return {each["values"]: each["counts"] for each in counted}


def _continuous(outlook: "Outlook", attribute: str) -> AttributeSides | None:
    import numpy as np

    seed, population = (
        outlook.tables[name][attribute].drop_null().to_numpy().astype(float)
        for name in ("canonical_seed", "canonical_sample")
    )
    if min(len(seed), len(population)) < FEWEST_PEOPLE:
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
        if min(counts[0][at], counts[1][at]) >= FEWEST_PEOPLE
    )
    return AttributeSides(attribute=attribute, text=told, bars=bars)


def _whole_fit(
    outlook: "Outlook", relation: str, attribute: str | None = None
) -> list[dict[str, Any]]:
    """The rows that no fold was left out of, of one attribute where it is named."""
    import pyarrow.compute as pc

    wanted = pc.field("left_out_fold") == -1
    if attribute is not None:
        wanted &= pc.field("attribute") == attribute
    found: list[dict[str, Any]] = outlook.tables[relation].filter(wanted).to_pylist()
    return found


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
