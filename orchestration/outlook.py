"""An outlook: what all eligible attributes of a specification say, before any build.

It is the first half of a build, `learn`, with every attribute that could be scored: all
that is counted and weighed, the learning seed and the sample, and no pass over the
population's people. What is asked of it later is Python on these few tables. The distributions
and terms of an attribute do not depend on which others are chosen, so that one outlook
answers for every choice among them.

Kept in the home by what it is made of, so that asking again costs no more than reading
it. Nothing of it is in the catalog: no audience, version or run comes of an outlook.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyarrow as pa
from filelock import FileLock, Timeout

from catalog.eligibility import Verdict
from catalog.errors import StudioError
from catalog.names import shown
from catalog.specification import AudienceSpecification
from catalog.specification_fields import MOST_PEOPLE
from catalog.specification_output import Output
from catalog.specification_people import AttributeChoice
from engines.turns import turn
from orchestration.builds import Build, remove_work
from orchestration.dbt_runner import build_relations, whole_stage
from orchestration.faults import told
from orchestration.intake import build_of, with_codes
from orchestration.plan import Plan, plan_build, register_declared, specification_row
from orchestration.progress import Listener, Progress, listening, tell
from orchestration.project import code_version
from orchestration.scoring import learnt_relations
from orchestration.seeds import seed_stamp
from orchestration.stage_manifest import Stage
from orchestration.steady import input_signs, refuse_changed_inputs, steady
from orchestration.workshop import Workshop
from python_scoring.scorers.base import relations_of
from python_scoring.verdict import FEWEST_JUDGED

LEARNT: Stage = "learn"
KEPT_OUTLOOKS = 8
RELATIONS = (
    "distribution_categorical",
    "weight_attributes",
    "weight_correlations",
    *relations_of("naive_bayes"),
)


@dataclass(frozen=True, eq=False)
class Outlook:
    """One outlook, read: the plan of all attributes, the relations by name.

    `not_proposed` are the verdicts on what is not among them, `stamp` a cheap sign of
    the data that it was made from.
    """

    plan: Plan
    build: Build
    tables: Mapping[str, pa.Table]
    not_proposed: tuple[Verdict, ...]
    stamp: str

    @property
    def people(self) -> int:
        """People of the population who are not in the seed: whom an audience may hold."""
        (row,) = (
            row
            for row in self.tables["distribution_totals"].to_pylist()
            if row["left_out_fold"] == -1
        )
        return int(row["reference_total"])


def open_outlook(
    workshop: Workshop,
    specification: AudienceSpecification,
    folder: Path | None = None,
    *,
    listener: Listener | None = None,
) -> Outlook:
    """The outlook of a specification on the data as they are now.

    `folder` is where the relative paths of the datasets that it declares begin; those
    that are not registered are registered and profiled. Raises StudioError where no
    audience could be built.
    """
    with told(workshop.home.root), listening(listener):
        if folder is not None:
            register_declared(workshop, specification, folder)
        stamp = stamp_of(workshop, specification)
        # Before the plan reads anything: what changes from here on is noticed.
        signs = input_signs(workshop, specification)
        plan, not_proposed = plan_all(workshop, specification)
        plan = replace(plan, notes=(*plan.notes, *notes_of(specification)))
        outlook_id = _id_of(plan)
        place = workshop.home.outlook(outlook_id)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        with turn(place.with_suffix(".lock"), f"audience {shown(specification.name)}"):
            build = build_of(
                plan,
                build_id=outlook_id,
                folder=place,
                audience=("", "", specification.name),
                specification_number=0,
                input_fingerprints=plan.fingerprints(),
                input_signs=signs,
            )
            with steady(workshop, build):
                build = _learnt(workshop, build, plan)
                names = [*RELATIONS, *relations_of(build.model)]
                tables = learnt_relations(workshop.engine, build, names)
            place.touch()
        _refuse_nobody_to_compare(tables["canonical_sample"].num_rows)
        sweep_outlooks(place.parent)
    return Outlook(plan, build, tables, not_proposed, stamp)


def notes_of(specification: AudienceSpecification) -> tuple[str, ...]:
    """What an outlook does not look at as a build of the specification does."""
    if specification.seed.weight is None:
        return ()
    return (
        f"the weights in {shown(specification.seed.weight)} are learnt by, but each"
        " held-out seed person is judged once here: a build tells the quality by value",
    )


def _refuse_nobody_to_compare(people: int) -> None:
    if people >= FEWEST_JUDGED:
        return
    raise StudioError(
        "nobody_to_compare",
        "the population",
        f"holds {people:,} people outside the seed, at least {FEWEST_JUDGED} are needed"
        " to compare with",
        "choose a population that holds more than the seed",
    )


def stamp_of(workshop: Workshop, specification: AudienceSpecification) -> str:
    """A cheap sign of change of the data that a specification reads, and how it reads them."""
    named = (specification.seed, specification.seed.unlike)
    seeds = [each for each in named if each is not None]
    population = specification.population.dataset
    datasets = [*(each.dataset for each in seeds), population]
    return " ".join(
        [
            *(seed_stamp(workshop, each) for each in seeds),
            workshop.engine.stamp(workshop.catalog.get_dataset(population)),
            *(_reading_of(workshop, each) for each in datasets if each is not None),
        ]
    )


def _reading_of(workshop: Workshop, name: str) -> str:
    """How a dataset is read: its columns with their types, and their roles."""
    dataset = workshop.catalog.get_dataset(name)
    roles = workshop.catalog.mappings(dataset.id)
    parts = [each.model_dump_json() for each in (dataset, *roles)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def plan_all(
    workshop: Workshop, specification: AudienceSpecification
) -> tuple[Plan, tuple[Verdict, ...]]:
    """The plan of a build by every eligible attribute, and by those it names besides.

    With it come the verdicts on what is not proposed, whether it was named or not.
    """
    # That they are many is no remark on what was asked for.
    limits = specification.limits.model_copy(update={"advised_attributes": MOST_PEOPLE})
    specification = specification.model_copy(update={"limits": limits})
    try:
        proposed = plan_build(
            workshop, specification.model_copy(update={"attributes": None})
        )
    except StudioError as error:
        if error.code != "no_eligible_attribute" or specification.attributes is None:
            raise
        return plan_build(workshop, specification), ()
    if specification.attributes is None:
        return proposed, proposed.left_out
    named = plan_build(workshop, specification)
    choices = {each.slug: each.role for each in proposed.attributes}
    choices |= {each.slug: each.role for each in named.attributes}
    every = tuple(
        AttributeChoice(attribute=slug, role=role) for slug, role in choices.items()
    )
    plan = plan_build(workshop, specification.model_copy(update={"attributes": every}))
    return plan, proposed.left_out


def _id_of(plan: Plan) -> str:
    """What names an outlook: all that its relations depend on."""
    asked = plan.specification
    weighed = asked.model_copy(update={"output": Output(top=1)})
    parts = {
        "inputs": plan.fingerprints(),
        "specification": asdict(specification_row(weighed)),
        "code": code_version(),
    }
    canonical = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _learnt(workshop: Workshop, build: Build, plan: Plan) -> Build:
    """The build once `learn` has run, now or before."""
    if build.done(LEARNT) is not None:
        return build
    engine = workshop.engine
    remove_work(build.folder)
    with _told("inputs"):
        coded = engine.write_inputs(build.folder, plan.inputs(build.build_id))
        build = with_codes(build, coded)
    with _told(LEARNT):
        for _ in build_relations(LEARNT, build, engine, whole_stage(LEARNT, build)):
            pass
    refuse_changed_inputs(workshop, build)
    build.finish(LEARNT, {})
    return build


@contextmanager
def _told(stage: str) -> Iterator[None]:
    """Tell whoever listens when a stage begins and when it ended."""
    began = time.monotonic()
    tell(Progress(stage))
    yield
    tell(Progress(stage, seconds=time.monotonic() - began))


def _used_at(folder: Path) -> float:
    """When an outlook was used last; long ago where another sweep has just removed it."""
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def sweep_outlooks(place: Path) -> None:
    """Remove outlooks beyond the newest few that nobody is reading."""
    folders = [each for each in place.iterdir() if each.is_dir()]
    newest = sorted(folders, key=_used_at, reverse=True)
    for folder in newest[KEPT_OUTLOOKS:]:
        with (
            suppress(Timeout),
            FileLock(folder.with_suffix(".lock"), timeout=0, mode=0o600),
        ):
            remove_work(folder)
            folder.with_suffix(".lock").unlink(missing_ok=True)
