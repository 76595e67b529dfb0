"""Limits: the specification's numbers, very many columns, none that both sides share."""

import numpy as np
import pandas as pd

from tests.faults.corpus.case import Case, added, built, planned, rebuilt
from tests.faults.corpus.expectation import Built, Planned, Registered, refused
from tests.faults.corpus.files import SEED, Write, all_of, frame, people, people_of
from tests.faults.corpus.rows import REST, SCORED


def invalid(name: str, *names: str, output: object) -> Case:
    """An output that the specification may not have."""
    return planned(
        name, people(), refused("specification_invalid", *names), output=output
    )


class Text(str):
    """Written into the document as it is, without quotes."""


TOP = (
    *(
        invalid(f"I19-{name}", "output", *names, output={"top": given})
        for name, given, names in (
            ("zero", 0, ("0",)),
            ("negative", -1, ("-1",)),
            ("1e18", 10**18, (str(10**18),)),
            ("beyond-64-bits", 10**30, ()),
            ("half", 1.5, ("1.5",)),
            ("whole-real", 100.0, ()),
            ("text", "100", ("100",)),
            ("true", True, ()),
            ("nan", float("nan"), ()),
            ("infinite", float("inf"), ()),
            ("list", [100], ()),
            ("null", None, ()),
        )
    ),
    *(
        planned(f"I19-{top}-of-{REST}", people(), Planned(SCORED, caveats=("more than",) if top > 400 else ()), output={"top": top})
        for top in (1, 400, 401, 10**9)
    ),
    *(
        built(f"I19-{top}-built", people(), Built(min(top, REST), warnings=(f"{REST}",) if top > REST else ()), output={"top": top})
        for top in (1, REST, 10_000)
    ),
    invalid("I19-two-limits", "top", "min_score", output={"top": 5, "min_score": 0.5}),
    invalid("I19-no-limit", "output", output={"include_seed": True}),
)  # fmt: skip

THRESHOLD = (
    *(
        invalid(f"I20-{field}-{name}", field, output={field: given})
        for field, above in (("min_score", 1.1), ("best_percent", 100.1))
        for name, given in (
            ("below-0", -0.1), ("above", above), ("nan", float("nan")), ("infinite", float("inf")),
            ("text", "0.5"), ("true", True), ("list", [0.5]), ("huge", 1e308),
        )
    ),
    *(planned(f"I20-min-score-{given}", people(), Planned(SCORED), output={"min_score": given}) for given in (0, 0.0, 0.5, 1, 1.0, 1e-300)),
    built("I20-0-is-everybody", people(), Built(REST), output={"min_score": 0}),
    built("I20-1-is-nobody-but-certain", people(), refused("no_candidates", "0 new people", "output"), output={"min_score": 1}),
    planned("I20-best-100-percent", people(), Planned(SCORED), output={"best_percent": 100}),
    invalid("I20-best-0-percent", "best_percent", output={"best_percent": 0}),
)  # fmt: skip


def wide(count: int, name: str = "c"):
    """So many columns of few values beside the identifier."""

    def make() -> pd.DataFrame:
        ids = people_of()[1]["user_id"]
        values = np.random.default_rng(1).integers(0, 100, (len(ids), count))
        columns = {f"{name}{at}": values[:, at] for at in range(count)}
        return pd.DataFrame({"user_id": ids, **columns})

    return make


def both_wide(kind: str, count: int, ours: str = "c", theirs: str = "c") -> Write:
    return all_of(
        frame("seed", lambda: wide(count, ours)().head(SEED), kind),
        frame("population", wide(count, theirs), kind),
    )


WIDE = (
    *(added(f"I27-{count}-columns-{kind}", frame("x", wide(count), kind), f"x.{kind}", Registered(400, roles={f"c{count - 1}": "continuous"}), is_long=True) for kind, count in (("csv", 500), ("jsonl", 500), ("parquet", 5_000))),
    *(
        planned(f"I27-no-shared-attribute-{kind}", people(kind, seed=lambda t: t.add_prefix("a_").rename(columns={"a_user_id": "user_id"})), refused("no_eligible_attribute", "population", "both have"), kind)
        for kind in ("csv", "jsonl", "parquet", "folder")
    ),
    planned("I27-no-shared-identifier", people(seed=lambda t: t.rename(columns={"user_id": "customer_id"})), refused("no_shared_identifier", "population", "customer_id", "user_id")),
    planned("I27-no-identifier", people(seed=lambda t: t.drop(columns="user_id")), refused("no_identifier", "seed", "datasets map")),
    planned("I27-no-attribute-at-all", people(both=lambda t: t[["user_id"]]), refused("no_eligible_attribute", "population", "both have")),
    planned("I27-200-columns-none-shared", both_wide("parquet", 200, "a", "b"), refused("no_eligible_attribute", "population", "both have"), "parquet"),
    planned("I27-200-columns", both_wide("parquet", 200), Planned(tuple(f"c{at}" for at in range(200)), caveats=("200",)), "parquet"),
    rebuilt("I27-attributes-gone", people(seed=lambda t: t[["user_id", "age"]]), refused("columns_changed", "seed", "'country'", "'plan'")),
    added("I27-10001-columns", frame("x", lambda: pd.DataFrame([range(10_001)] * 2, columns=[f"c{n}" for n in range(10_001)]), "csv"), "x.csv", refused("too_many_columns", "10,001")),
    added("I27-10001-columns-parquet", frame("x", lambda: pd.DataFrame([range(10_001)] * 2, columns=[f"c{n}" for n in range(10_001)]), "parquet"), "x.parquet", refused("too_many_columns", "10,001")),
    added("I27-10001-fields", frame("x", lambda: pd.DataFrame([range(10_001)] * 2, columns=[f"c{n}" for n in range(10_001)]), "jsonl"), "x.jsonl", refused("too_many_columns", "10,001")),
)  # fmt: skip

CASES = (*TOP, *THRESHOLD, *WIDE)
TWINS: tuple[Case, ...] = ()
