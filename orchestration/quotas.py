"""Quotas of a build: the groups as its data have them, and what each group got."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.division import Quotas as QuotaChoice
from catalog.division import quota_texts
from catalog.errors import StudioError
from catalog.mapped_dataset import MappedDataset
from catalog.names import closest, shown
from catalog.roles import Role
from catalog.selection import find_attribute
from catalog.specification import AudienceSpecification
from engines.base import Engine, InputQuota, InputQuotas
from engines.relations import column_of
from orchestration.builds import Build
from orchestration.populations import Population
from orchestration.workshop import Workshop
from python_scoring.calibration import Calibration
from python_scoring.divisions import parts_with_intervals, seed_people_at
from python_scoring.told_cells import FEWEST_PEOPLE, told_cells
from report.told_parts import few_people


@dataclass(frozen=True, slots=True)
class QuotaPlan:
    """Quotas by the column of the population that they are of; `facts` in JSON types."""

    inputs: InputQuotas
    facts: dict[str, Any]
    notes: tuple[str, ...]


def quotas_of(
    workshop: Workshop,
    specification: AudienceSpecification,
    population: Population,
    mapped: MappedDataset,
) -> QuotaPlan | None:
    """The quotas as the population has their groups; None where there are none.

    Raises StudioError for an attribute that has no groups, and for a group that nobody
    who may be chosen is in.
    """
    quotas = specification.output.quotas
    if quotas is None:
        return None
    attribute = find_attribute(quotas.attribute, mapped)
    mapping = next(each for each in mapped.mappings if each.attribute == attribute)
    if mapping.role is not Role.categorical:
        raise StudioError(
            "quotas_need_groups",
            f"attribute {shown(quotas.attribute)} of output.quotas",
            f"is {mapping.role}, so it has no groups",
            "name a categorical attribute, or map it as categorical",
        )
    rows = workshop.engine.count_values(
        population.source, mapping.column, population.conditions
    )
    for value in quotas.groups:
        _refuse_unknown(attribute, value, rows)
    return QuotaPlan(
        inputs=InputQuotas(
            column=column_of(population.source.dataset, mapping.column),
            groups=tuple(_input(quotas, value) for value in quotas.groups),
            fills_from_others=quotas.unfilled == "others",
        ),
        facts={
            **quotas.model_dump(mode="json"),
            "attribute": attribute,
            "texts": quota_texts(quotas.model_dump(mode="json")),
        },
        notes=_notes(quotas, rows, specification),
    )


def _refuse_unknown(attribute: str, value: str, rows: Mapping[str, int]) -> None:
    if value not in rows:
        told = [each for each, people in rows.items() if people >= FEWEST_PEOPLE]
        near = closest(value, told) or sorted(told, key=rows.__getitem__)[-4:]
        raise StudioError(
            "unknown_group",
            f"group {shown(value)} of output.quotas",
            f"is no value that {attribute} has among the people who may be chosen",
            f"name one such as {', '.join(map(shown, near))}"
            if near
            else "name a value that people have",
        )


def _input(quotas: QuotaChoice, value: str) -> InputQuota:
    exact = quotas.exactly.get(value)
    return InputQuota(
        value=value,
        at_least=quotas.at_least.get(value) if exact is None else exact,
        at_most=quotas.at_most.get(value) if exact is None else exact,
        is_share=quotas.unit == "share",
        is_exact=exact is not None,
    )


def _notes(
    quotas: QuotaChoice, rows: Mapping[str, int], specification: AudienceSpecification
) -> tuple[str, ...]:
    """Groups that are smaller than what they are to have, where the size is known."""
    top = specification.output.top
    rest = (
        "the others take the other places"
        if quotas.unfilled == "others"
        else "the other places stay empty"
    )
    return tuple(
        f"{shown(value)} is to have at least {asked:,} people and"
        f" {few_people(rows[value])} rows have it: {rest}"
        for value, amount in [*quotas.exactly.items(), *quotas.at_least.items()]
        if top is not None
        and (asked := least_people(amount, quotas.unit, top)) > rows[value]
    )


def least_people(amount: float, unit: str, asked: int) -> int:
    """People that a quota stands for among so many, rounded down as SQL does."""
    return math.floor(round(amount * asked, 6)) if unit == "share" else int(amount)


def quota_figures(
    engine: Engine,
    build: Build,
    tables: Mapping[str, pa.Table],
    members: Path,
    calibration: Calibration,
) -> dict[str, Any] | None:
    """What each group was to have and got, and what the quotas cost; None without any.

    The cost is against the best people of the same number: their mean score and lift. Of
    groups of few people, and of what would give them away, the numbers are None.
    """
    if not build.has_quotas:
        return None
    names = ["main.report_score_steps", "scoring.score_steps", "inputs.quotas"]
    read = engine.read_tables(build.folder, names)
    steps, score_steps, groups = (read[name].to_pandas() for name in names)
    table = pq.read_table(members, columns=["quota_group", "rank", "score", "is_seed"])
    new = table.filter(pc.invert(table["is_seed"])).to_pandas()
    people, cut = len(new), tables["audience_cut"].to_pylist()[0]
    values = [*groups.sort_values("quota_group")["quota_value"], None]
    places = pd.Categorical(new["quota_group"], categories=values[:-1]).codes
    seed_people = seed_people_at(new["rank"].to_numpy(), steps)
    candidates = score_steps.groupby("quota_group")["people_count"].sum()
    seed_total = int(steps["seed_count"].sum())
    codes = [*range(len(values) - 1), -1]
    own = [places == code for code in codes]
    least = [_least(build.quotas, value, cut["asked_count"]) for value in values]
    people_of = [int(each.sum()) for each in own]
    # What a quota says exactly hides nothing of the others.
    is_said = [
        value in build.quotas["exactly"] and count == asked
        for value, count, asked in zip(values, people_of, least, strict=True)
    ]
    chosen = told_counts(people_of, is_said)
    eligible = told_counts([int(candidates.get(code, 0)) for code in codes])
    found = [
        {
            "value": value,
            "asked": _asked(build.quotas, value),
            "least_people": least[at],
            "is_filled": people_of[at] >= least[at],
            "candidates": eligible[at],
            "people_count": chosen[at],
            "mean_score": float(new["score"][own[at]].mean())
            if people_of[at] >= FEWEST_PEOPLE
            else None,
        }
        for at, value in enumerate(values)
    ]
    best = seed_people_at(np.arange(1, people + 1), steps)
    whole = {
        "attribute": build.quotas["attribute"],
        "unfilled": build.quotas["unfilled"],
        "asked_people": cut["asked_count"],
        "people_count": people,
        "mean_score": float(new["score"].mean()),
        "mean_score_without": mean_score_of_best(score_steps, people, calibration),
        "groups": found,
    }
    if not seed_total:
        return whole
    all_people = int(steps["people_count"].sum())
    parts = parts_with_intervals(
        np.array([people]),
        np.array([seed_people.sum()]),
        candidates=all_people,
        seed_total=seed_total,
    )
    told = parts.astype(object).where(parts.notna(), None)
    return whole | {
        **{str(name): told[name][0] for name in told if name != "people_count"},
        "lift_without": float(best.sum()) / seed_total / (people / all_people),
    }


def told_counts(
    counts: Sequence[int], is_known: Sequence[bool] = ()
) -> list[int | None]:
    """Counts of groups that are everybody together, None for those that are not told.

    None that anybody is in of fewer than 25, nor what would give it away; those that are
    known anyway are told.

    >>> told_counts([200, 60, 3, 0]), told_counts([200, 60, 0])
    ([200, None, None, 0], [200, 60, 0])
    >>> told_counts([200, 60, 3], [False, True, False])
    [None, 60, None]
    """
    found = np.array(counts)
    is_told = found == 0
    if is_known:
        is_told |= np.array(is_known)
    is_told[~is_told] = told_cells(found[~is_told])
    return [
        count if told else None for count, told in zip(counts, is_told, strict=True)
    ]


def mean_score_of_best(
    steps: pd.DataFrame, people: int, calibration: Calibration
) -> float:
    """Mean score of the best so many candidates, by the middle of each step.

    A step is 1/1,024 of log odds, so the mean is right to 0.0003.
    """
    whole = (
        steps.groupby("step")
        .agg(
            {
                "people_count": "sum",
                "least_log_odds": "min",
                "greatest_log_odds": "max",
            }
        )
        .sort_index(ascending=False)
    )
    counts = whole["people_count"].to_numpy()
    inside = np.clip(people - (np.cumsum(counts) - counts), 0, counts)
    middle = (whole["least_log_odds"] + whole["greatest_log_odds"]).to_numpy() / 2
    return float(np.average(calibration.score(middle), weights=inside))


def _asked(quotas: Mapping[str, Any], value: str | None) -> str:
    if value is None:
        return ""
    own = {
        field: {value: quotas[field][value]} if value in quotas[field] else {}
        for field in ("exactly", "at_least", "at_most")
    }
    (text,) = quota_texts({"unit": quotas["unit"], **own})
    return text.removeprefix(f"{shown(value)} ")


def _least(quotas: Mapping[str, Any], value: str | None, asked: int) -> int:
    amount = quotas["exactly"].get(value, quotas["at_least"].get(value, 0))
    return least_people(amount, quotas["unit"], asked)
