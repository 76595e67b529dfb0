"""The one-shot: score one file against another in a home that is thrown away."""

import csv
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from catalog.attributes import Mapping, Role
from catalog.datasets import Dataset
from catalog.errors import StudioError
from catalog.home import create_home
from catalog.names import closest, slugs_of
from catalog.specification import specification_of
from catalog.specification_settings import ModelName
from engines.output import refuse_target
from engines.scratch import scratch_folder

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

# The identifier's type decides person keys, and with them folds; one that does not come
# of the column's name makes the scores the same whatever the column is called.
IDENTIFIER_TYPE = "user_id"
# What has several spellings of one person is known by its values on both sides.
SPELT_TYPES = ("email", "phone")
SCRATCH = "lookalike"  # begins the name of the home, among what others keep for a while
ADDED_COLUMNS = ("score", "log_odds", "percentile", "rank")


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What is scored against what, by which columns, and where to."""

    seed: Path
    population: Path
    id_column: str
    categorical: tuple[str, ...]
    continuous: tuple[str, ...]
    out: Path
    model: str = "naive_bayes"
    include_seed: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The scored columns in the order of the request."""
        return (*self.categorical, *self.continuous)

    @property
    def added_columns(self) -> tuple[str, ...]:
        """What stands beside the identifier in the output."""
        return (*ADDED_COLUMNS, "is_seed") if self.include_seed else ADDED_COLUMNS


def read_names(records: Sequence[str], option: str) -> tuple[str, ...]:
    """Column names from CSV records, so that a name may hold commas and quotes.

    >>> read_names(['a,"b, c"', "d"], "--categorical")
    ('a', 'b, c', 'd')
    """
    names = [
        name for record in records for line in csv.reader([record]) for name in line
    ]
    if "" in names:
        raise StudioError(
            "empty_name",
            f"option {option}",
            "names an empty column",
            "write the names as one CSV record, such as a,b",
        )
    return tuple(names)


def score_files(
    request: ScoreRequest,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    listener: Callable[[Any], None] | None = None,
) -> dict[str, Any]:
    """Score the population and write the file; the figures that `--json` prints.

    Raises StudioError, and leaves an existing output file as it is, where the request
    cannot be done.
    """
    from orchestration.launch import build_directly
    from orchestration.workshop import open_workshop

    check_request(request)
    # dbt changes the working folder while it runs.
    request = replace(request, out=request.out.absolute())
    with scratch_folder(Path(tempfile.gettempdir()), SCRATCH) as folder:
        workshop = replace(
            open_workshop(
                create_home(folder), threads=threads, memory_limit=memory_limit
            ),
            tracking=None,
        )
        seed, population = register_files(workshop, request)
        identifier_type = identifier_type_of(workshop, request, (seed, population))
        map_columns(workshop, request, (seed, population), identifier_type)
        specification = specification_of(
            values_of(request, seed, population, identifier_type)
        )
        audience, _ = workshop.catalog.save_specification(specification)
        outcome = build_directly(
            workshop,
            audience,
            listener=listener,
            with_report=False,
            with_contributions=False,
        )
        write_scores(workshop, Path(outcome.version.path), request, identifier_type)
        figures = json.loads(
            (Path(outcome.version.path) / "figures.json").read_text(encoding="utf-8")
        )
        workshop.catalog.close()
    facts = {fact["name"]: fact["value"] for fact in figures["facts"]}
    return {
        "rows": facts["delivered_people"],
        "population_people": facts["population_people"],
        "seed_people": facts["seed_people"],
        "matched_seed": facts["matched_people"],
        "overlap": figures["sentences"][1],
        "attributes": [
            {
                "attribute": each["column_name"],
                "weight": each["attribute_weight"],
                "reason": each["reason"],
            }
            for each in figures["attributes"]
            if each["attribute_weight"] > 0
        ],
        "dropped": [
            {"attribute": each["column_name"], "reason": each["reason"]}
            for each in figures["attributes"]
            if each["attribute_weight"] == 0
        ],
        "notes": [each["message"] for each in figures["warnings"] + figures["notes"]],
        "seconds": outcome.seconds,
    }


def check_request(request: ScoreRequest) -> None:
    """Refuse what no data could make right."""
    models = get_args(ModelName)
    if request.model not in models:
        raise StudioError(
            "unknown_model",
            f"model '{request.model}'",
            "is not a scorer",
            f"choose one of {', '.join(models)}",
        )
    if not request.columns:
        raise StudioError(
            "no_columns",
            "the request",
            "names no column to score",
            "give --categorical or --continuous",
        )
    for name in {*request.columns}:
        if (request.id_column, *request.columns).count(name) > 1:
            raise StudioError(
                "column_repeated",
                f"column '{name}'",
                "is named more than once",
                "give each column one part: --id, --categorical or --continuous",
            )
    if request.id_column.casefold() in request.added_columns:
        raise StudioError(
            "column_collides",
            f"identifier column '{request.id_column}'",
            f"has the name of a column of the output ({', '.join(request.added_columns)})",
            "rename it in both files",
        )
    refuse_target(request.out)


def register_files(
    workshop: "Workshop", request: ScoreRequest
) -> tuple[Dataset, Dataset]:
    """Register both files; refuses one that lacks a column of the request."""
    from engines.registration import register

    found = []
    for side, path in (("seed", request.seed), ("population", request.population)):
        dataset, _ = register(workshop.catalog, workshop.engine, path, side)
        names = [column.name for column in dataset.columns]
        for name in (request.id_column, *request.columns):
            if name not in names and not (side == "seed" and name in request.columns):
                raise unknown_column(name, side, path, names)
        found.append(dataset)
    return found[0], found[1]


def identifier_type_of(
    workshop: "Workshop", request: ScoreRequest, datasets: Sequence[Dataset]
) -> str:
    """E-mail address or phone number where both sides hold them, else a plain id."""
    shapes = set()
    for dataset in datasets:
        profile = workshop.catalog.newest_profile(dataset.id)
        shapes.add(profile.column(request.id_column).looks_like if profile else None)
    shape = shapes.pop() if len(shapes) == 1 else None
    return shape if shape in SPELT_TYPES else IDENTIFIER_TYPE


def map_columns(
    workshop: "Workshop",
    request: ScoreRequest,
    datasets: Sequence[Dataset],
    identifier_type: str,
) -> None:
    """Give each column of the request the role that it gives it."""
    slugs = slugs_of(request.columns, taken={identifier_type})
    roles = {
        **dict.fromkeys(request.categorical, Role.categorical),
        **dict.fromkeys(request.continuous, Role.continuous),
    }
    for dataset in datasets:
        names = {column.name for column in dataset.columns}
        mappings = [identity(request.id_column, identifier_type)]
        mappings += [
            scored(name, slugs[name], roles[name])
            for name in request.columns
            if name in names
        ]
        workshop.catalog.set_mappings(dataset.id, mappings)


def unknown_column(
    name: str, side: str, path: Path, names: Sequence[str]
) -> StudioError:
    """The refusal of a column that the file has not."""
    near = closest(name, names)
    return StudioError(
        "unknown_column",
        f"column '{name}'",
        f"is not in the {side} '{path.name}'",
        f"did you mean {' or '.join(map(repr, near))}?"
        if near
        else "names are compared exactly, case and all",
    )


def identity(column: str, identifier_type: str) -> Mapping:
    """The identifier, as the request says."""
    return Mapping(
        column=column,
        attribute=identifier_type,
        role=Role.identity,
        identifier_type=identifier_type,
        confidence=1,
        reason="named by --id",
        is_confirmed=True,
    )


def scored(column: str, slug: str, role: Role) -> Mapping:
    """A scored column, as the request says."""
    return Mapping(
        column=column,
        attribute=slug,
        role=role,
        confidence=1,
        reason=f"named by --{role}",
        is_confirmed=True,
    )


def values_of(
    request: ScoreRequest, seed: Dataset, population: Dataset, identifier_type: str
) -> dict[str, Any]:
    """Everybody, by the named columns."""
    slugs = slugs_of(request.columns, taken={identifier_type})
    return {
        "name": "scores",
        "seed": {"dataset": seed.name},
        "population": {"dataset": population.name},
        "join_key": identifier_type,
        "attributes": [slugs[name] for name in request.columns],
        "output": {"best_percent": 100, "include_seed": request.include_seed},
        "scoring": {"model": request.model, "learn_from": "seed"},
        # everybody is scored whatever the scores are worth, and that is told
        "limits": {"allow_indistinct": True},
    }


def write_scores(
    workshop: "Workshop", version: Path, request: ScoreRequest, identifier_type: str
) -> None:
    """Write the output beside its name, then give it the name: whole or not at all."""
    columns = {identifier_type: request.id_column}
    columns |= {name: name for name in request.added_columns}
    workshop.engine.copy_columns(version / "members.parquet", request.out, columns)
