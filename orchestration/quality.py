"""The held-out quality of a build: measured when it is scored, and what it forbids.

What depends on the fit alone is measured with the scores; what depends on the whole
population's counts and the chosen size is added when the audience is there.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from catalog.errors import StudioError
from catalog.specification_settings import Economics as AskedEconomics
from engines.base import Engine
from orchestration.builds import Build
from python_scoring.quality import HeldOutQuality
from python_scoring.random_seeds import Smoothing
from python_scoring.reach import decile_intervals, reach_with_intervals
from python_scoring.recommendation import Economics, recommend

Quality = dict[str, Any]


def smoothing_of(engine: Engine, folder: Path) -> Smoothing:
    """The build's own smoothing, so that random seeds are fitted as its seed is."""
    (spec,) = engine.read_table(folder, "inputs.spec").to_pylist()
    return Smoothing(
        spec["smoothing"], spec["gaussian_prior"], spec["variance_pooling"]
    )


def refuse_indistinct(quality: HeldOutQuality | None) -> None:
    """Stop where the seed cannot be told from random people of the population."""
    verdict = None if quality is None else quality.verdict
    if verdict is None or not verdict.stops:
        return
    raise StudioError(
        "indistinct_seed",
        "the seed",
        f"cannot be told from the population: its held-out AUC is {verdict.auc:.3f}, and"
        f" {verdict.seed_people:,} random people reach {verdict.random_greatest:.3f} by"
        " chance",
        "choose attributes that may tell them apart, or add seed people; with"
        " limits.allow_indistinct: true it is built knowingly",
    )


def quality_of(
    build: Build, tables: Mapping[str, pa.Table], chosen_people: int
) -> Quality | None:
    """All of quality.json; None where no held-out seed person was ranked.

    `tables` are the build's report tables, `chosen_people` the new people in the
    audience.
    """
    scored = build.done("scores") or {}
    of_fit = scored.get("quality")
    deciles = _sorted(tables["report_deciles"], "decile")
    seed_people = int(deciles["seed_count"].sum())
    if of_fit is None or seed_people == 0:
        return None
    curve = _sorted(tables["report_curve"], "people_count")
    curve = curve.drop_duplicates("people_count", keep="last")
    reach = _reach(curve, seed_people)
    chosen = _reach(_with_size(curve, chosen_people), seed_people)
    # With quotas the audience is not the best of its size: the curve says nothing of it.
    is_best = (chosen["people_count"] == chosen_people) & (not build.has_quotas)
    chosen = chosen[is_best]
    asked = build.economics
    recommended = recommend(
        reach,
        asked.least_marginal_lift,
        economics_of(asked),
        None if chosen.empty else chosen.iloc[0],
    )
    return {
        **of_fit,
        **{name: scored[name] for name in ("choice", "say") if name in scored},
        **(
            {"search": {"trials": scored["trials"], "judges": seed_people}}
            if "trials" in scored
            else {}
        ),
        "prevalence": asked.prevalence,
        "curve": reach.to_dict("records"),
        "chosen": next(iter(chosen.to_dict("records")), None),
        "recommendation": asdict(recommended),
        "deciles": decile_intervals(
            deciles["people_count"].to_numpy(), deciles["seed_count"].to_numpy()
        ).to_dict("records"),
    }


def economics_of(asked: AskedEconomics) -> Economics | None:
    """What contacts cost and bring, where all of it is known."""
    if not (asked.prevalence and asked.conversion_value and asked.contact_cost):
        return None
    return Economics(asked.prevalence, asked.conversion_value, asked.contact_cost)


def _sorted(table: pa.Table, column: str) -> pd.DataFrame:
    return table.to_pandas().sort_values(column, ignore_index=True)


def _reach(curve: pd.DataFrame, seed_people: int) -> pd.DataFrame:
    return reach_with_intervals(
        curve["people_count"].to_numpy(),
        curve["audience_share"].to_numpy(),
        curve["recall"].to_numpy(),
        seed_people,
    )


def _with_size(curve: pd.DataFrame, people: int) -> pd.DataFrame:
    """The curve with one more size, between its points as the report draws it."""
    counts = np.append(0, curve["people_count"])
    added = {
        "people_count": people,
        **{
            name: float(np.interp(people, counts, np.append(0.0, curve[name])))
            for name in ("audience_share", "recall")
        },
    }
    both = pd.concat([curve, pd.DataFrame([added])])
    return both.drop_duplicates("people_count").sort_values(
        "people_count", ignore_index=True
    )
