"""Is the AUC that a report foretells the true one? Held-out beside hidden positives.

For each split the seed's held-out AUC against the whole population, corrected by the
prevalence that the script knows, is compared with the AUC of the finished ranking between
the hidden positives and the others. They agree where they differ by no more than 1.645
times the root of the sum of both variances.

Both are what the tool says: a build of everybody by the scorer that is asked for, whose
specification names the prevalence, and the log odds that it publishes.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.labelled import Labelled, labelled
from catalog.home import create_home
from catalog.specification_model import AudienceSpecification
from orchestration.launch import build_directly, keep_specification
from orchestration.workshop import open_workshop
from python_scoring.held_out import held_out_auc

SIZES = ("0.6", "0.3", "0.05", "100")
SPLITS = 5
BORDER = 1.645


@dataclass(frozen=True, slots=True)
class Foretold:
    """What was foretold of one split, and what was so."""

    foretold: float
    true: float
    deviation: float

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than chance allows."""
        return abs(self.foretold - self.true) <= BORDER * self.deviation


def run(data: Path | None, model: str) -> int:
    """Print the agreement by data set and size; 1 where it is below 80 %."""
    every: list[Foretold] = []
    with labelled(data) as found:
        for people in found:
            for size in SIZES:
                splits = [
                    foretell(people, size, split, model) for split in range(SPLITS)
                ]
                errors = [each.foretold - each.true for each in splits]
                print(
                    f"{people.name:<10} seed {size:<5}"
                    f"  {sum(each.agrees for each in splits)} of {SPLITS} agree"
                    f"  true AUC {np.mean([each.true for each in splits]):.4f}"
                    f"  foretold {np.mean(errors):+.4f}"
                    f" (deviation {np.mean([each.deviation for each in splits]):.4f})",
                    flush=True,
                )
                every += splits
    share = sum(each.agrees for each in every) / len(every)
    print(f"{sum(each.agrees for each in every)} of {len(every)} agree: {share:.0%}")
    return int(share < 0.8)


def foretell(people: Labelled, size: str, split: int, model: str) -> Foretold:
    """Held-out AUC, corrected, beside the AUC against hidden positives."""
    rows = people.real_seed(size, split)
    seed, rest = people.frame.iloc[rows], people.frame.drop(people.frame.index[rows])
    is_positive = rest[people.label].to_numpy() == 1
    with tempfile.TemporaryDirectory() as made:
        version = _built(people, seed, rest, float(is_positive.mean()), model, Path(made))
        quality = json.loads((version / "quality.json").read_text(encoding="utf-8"))
        members = pd.read_parquet(version / "members.parquet")
    foretold = quality["corrected_auc"]
    log_odds = members.set_index(people.id_column)["log_odds"]
    by_person = log_odds.loc[rest[people.id_column]].to_numpy()
    true = held_out_auc(by_person[is_positive], by_person[~is_positive])
    return Foretold(
        foretold["value"],
        true.value,
        float(np.hypot(foretold["standard_error"], true.standard_error)),
    )


def _built(
    people: Labelled,
    seed: pd.DataFrame,
    rest: pd.DataFrame,
    prevalence: float,
    model: str,
    folder: Path,
) -> Path:
    """The folder of a version that has everybody in it."""
    for name, frame in (("seed", seed), ("population", rest)):
        shown = frame[[people.id_column, *people.categorical, *people.continuous]]
        shown.to_parquet(folder / f"{name}.parquet", index=False)
    specification = AudienceSpecification.model_validate(
        {
            "name": "bench",
            "datasets": {
                name: {"path": f"{name}.parquet"} for name in ("seed", "population")
            },
            "seed": {"dataset": "seed"},
            "population": {"dataset": "population"},
            "attributes": [
                {"attribute": name, "role": role}
                for role in ("categorical", "continuous")
                for name in getattr(people, role)
            ],
            "output": {"best_percent": 100},
            "economics": {"prevalence": prevalence},
            "scoring": {"learn_from": "seed", "model": model},
            # What is told of a seed that is hard to tell apart is to be right as well.
            "limits": {"allow_indistinct": True},
        }
    )
    workshop = open_workshop(create_home(folder / "home"))
    audience, _ = keep_specification(workshop, specification, folder)
    return Path(
        build_directly(
            workshop, audience, with_report=False, with_contributions=False
        ).version.path
    )
