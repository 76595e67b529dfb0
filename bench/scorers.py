"""What scorers cost for many people: the example's, repeated, in the batches of a build.

Fits are those of the example. CPU seconds of one process, the median of the runs, scorers in
turn. For `boosted` beside it: XGBoost's own prediction by its two models on rows that are
encoded already.
"""

import statistics
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from catalog.home import create_home
from catalog.specification import read_specification
from engines.sealed import read_sealed
from orchestration.builds import RECORD, Build
from orchestration.comparing import compare_scorers
from orchestration.plan import register_declared
from orchestration.scoring import learning_tables
from orchestration.workshop import Workshop, open_workshop
from python_scoring.encoder import MISSING, Encoder
from python_scoring.look_ups import counted
from python_scoring.scorers.base import Scorer, fit_scorer

MODELS = ("naive_bayes", "documented", "weighted_bayes", "boosted", "auto")
EXAMPLE = Path(__file__).parents[1] / "examples" / "bank"


def main(rows: int, runs: int) -> None:
    with TemporaryDirectory() as folder:
        workshop = open_workshop(create_home(Path(folder)), threads=1)
        scorers, batches = fitted(workshop, rows)
    works: dict[str, Callable[[pa.RecordBatch], object]] = {
        name: scorer.log_odds for name, scorer in scorers.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    encoded = "XGBoost's own, two models"
    seconds[encoded] = []
    for _ in range(runs):
        for name, work in works.items():
            seconds[name].append(cpu_of(work, batches))
        seconds[encoded].append(cpu_of_xgboost(scorers["boosted"], batches))
    for name, found in seconds.items():
        told = ", ".join(f"{each:.2f}" for each in sorted(found))
        print(f"{name:<28}{statistics.median(found):8.2f} CPU s   ({told})")


def fitted(
    workshop: Workshop, rows: int
) -> tuple[dict[str, Scorer], list[pa.RecordBatch]]:
    """The scorers of the example, and its people repeated up to so many."""
    specification = read_specification(EXAMPLE / "likely_depositors.yml")
    register_declared(workshop, specification, EXAMPLE)
    compared = compare_scorers(workshop, specification, ["documented"])
    build = Build.model_validate(read_sealed(compared.folder / RECORD))
    tables = learning_tables(workshop.engine, build, MODELS)
    scorers = {name: fit_scorer(name, tables) for name in MODELS}
    columns = sorted({name for each in scorers.values() for name in each.columns})
    stream = workshop.engine.stream_people(
        build.folder, "main.canonical_members", columns
    )
    batches, held = [], 0
    for batch in cycle(list(stream)):
        # a copy, so that no batch finds its rows in the processor's cache
        batches.append(batch.take(pa.array(range(min(batch.num_rows, rows - held)))))
        held += batches[-1].num_rows
        if held >= rows:
            return scorers, batches
    raise ValueError("the example has nobody")


def cpu_of(
    work: Callable[[pa.RecordBatch], object], batches: list[pa.RecordBatch]
) -> float:
    began = time.process_time()
    for batch in batches:
        work(batch)
    return time.process_time() - began


def cpu_of_xgboost(boosted: Scorer, batches: list[pa.RecordBatch]) -> float:
    import xgboost

    encoder = Encoder(counted(boosted.parameters.attributes))
    models = []
    for text in boosted.parameters.models:
        model = xgboost.Booster({"nthread": 1})
        model.load_model(bytearray(text, "utf-8"))
        models.append(model)
    spent = 0.0
    for batch in batches:
        rows = encoder.rows(batch)
        began = time.process_time()
        for model in models:
            model.inplace_predict(rows, predict_type="margin", missing=MISSING)
        spent += time.process_time() - began
    return spent


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
