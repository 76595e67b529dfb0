"""An attribute that trees leave out is shown as left out, and why."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.pipeline.building import build

BANK = Path(__file__).parents[2] / "examples" / "bank"


def test_scattered_values_that_tell_nothing_weigh_nothing_in_the_report(tmp_path):
    pytest.importorskip("xgboost")
    rng = np.random.default_rng(3)
    seed, population = (
        pd.read_parquet(BANK / f"{name}.parquet").sample(people, random_state=1)
        for name, people in (("converters", 1_200), ("customers", 6_000))
    )
    seed, population = (
        each.assign(card=rng.integers(0, 1_000, len(each)).astype(str))
        for each in (seed, population[~population["user_id"].isin(seed["user_id"])])
    )

    built = build(
        tmp_path,
        seed,
        population,
        categorical=["job", "month", "card"],
        continuous=["age"],
        scoring={"model": "boosted"},
        output={"top": 500},
        with_report=True,
    )

    figures = json.loads((built.folder / "figures.json").read_text())
    told = {each["attribute"]: each for each in figures["attributes"]}
    assert told["card"]["attribute_weight"] == told["card"]["information_share"] == 0
    assert told["card"]["reason"].startswith("left out of the trees: its values are")
    assert told["month"]["attribute_weight"] == 1
    shares = [each["information_share"] for each in told.values()]
    assert sum(shares) == pytest.approx(1)
    assert not built.contributions()["card"].any()
    page = (built.folder / "report.html").read_text(encoding="utf-8")
    assert "left out of the trees" in page
    notes = {each["code"]: each["message"] for each in figures["notes"]}
    assert notes["attributes_without_weight"].endswith("weight 0: “card”.")
