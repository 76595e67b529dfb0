"""The first step of a build: name it, and write its inputs into its work database."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.records import Lease
from catalog.specification import specification_hash
from orchestration.builds import Build
from orchestration.comparisons import bring_comparison
from orchestration.fitting import require_extra
from orchestration.keeping import previous_to_keep
from orchestration.leases import leased
from orchestration.plan import Plan, plan_build, rows_of
from orchestration.project import code_version
from orchestration.steady import input_signs, refuse_changed_inputs, steady
from orchestration.tiers import tiers_of
from orchestration.workshop import Workshop

STEP = "inputs"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A build whose inputs are in place."""

    build: Build
    plan: Plan
    is_unchanged: bool
    seconds: float

    def as_metadata(self) -> dict[str, str | int | bool]:
        """The figures that Dagster shows."""
        return {
            "build": self.build.build_id,
            "specification": self.build.specification_number,
            "seed": self.plan.seed_choice.text,
            "seed rows": rows_of(self.plan.seed),
            "population rows": self.plan.population_choice.facts["rows"],
            "attributes": ", ".join(each.slug for each in self.plan.attributes),
            "left out": len(self.plan.left_out),
            "learn from": self.plan.learn_from,
            "notes": "; ".join(self.plan.notes),
            "unchanged": self.is_unchanged,
        }


def prepare_build(
    workshop: Workshop,
    slug: str,
    *,
    specification_number: int | None = None,
    force: str = "",
    root_run_id: str,
) -> Prepared:
    """Plan the audience's build, give it its id and write its inputs.

    The same specification, inputs and code give the same build, whose finished steps
    are not done again. `force` is a salt that makes another build of the same.
    """
    began = time.monotonic()
    catalog = workshop.catalog
    audience = catalog.get_audience(slug)
    version = (
        catalog.newest_specification(audience.id)
        if specification_number is None
        else catalog.specification(audience.id, specification_number)
    )
    require_extra(version.specification.scoring.model)
    # Before the plan reads anything: what changes from here on is noticed.
    signs = input_signs(workshop, version.specification)
    plan = plan_build(workshop, version.specification)
    before = previous_to_keep(workshop, audience.id, version, plan.fingerprints())
    fingerprints = plan.fingerprints() | before.fingerprints()
    with leased(workshop, audience.id, root_run_id) as lease:
        started = catalog.start_build(
            audience.id,
            version.number,
            input_fingerprints=fingerprints,
            code_version=code_version(),
            root_run_id=root_run_id,
            force=force,
        )
        build = build_of(
            plan,
            build_id=started.build_id,
            folder=workshop.home.build(started.build_id),
            audience=(audience.id, audience.slug, audience.name),
            specification_number=version.number,
            input_fingerprints=fingerprints,
            input_signs=signs,
        )
        bring_comparison(workshop.home, build, plan)
        with steady(workshop, build):
            build = write_inputs(workshop, build, plan, lease, before.members)
    return Prepared(
        build=build,
        plan=plan,
        is_unchanged=catalog.version_of_build(build.build_id) is not None,
        seconds=time.monotonic() - began,
    )


def build_of(
    plan: Plan,
    *,
    build_id: str,
    folder: Path,
    audience: tuple[str, str, str],
    specification_number: int,
    input_fingerprints: Mapping[str, str],
    input_signs: Mapping[str, str],
) -> Build:
    """The record of a planned build; `audience` is its id, slug and name."""
    audience_id, audience_slug, audience_name = audience
    specification = plan.specification
    limits = specification.limits
    return Build(
        build_id=build_id,
        folder=folder,
        audience_id=audience_id,
        audience_slug=audience_slug,
        audience_name=audience_name,
        specification_number=specification_number,
        specification_hash=specification_hash(specification),
        code_version=code_version(),
        model=specification.scoring.model,
        trials=specification.scoring.trials,
        learn_from=plan.learn_from,
        seed=plan.seed_choice.facts,
        population=plan.population_choice.facts,
        weighs_seed=plan.seed_choice.weight is not None,
        unlike=None if plan.unlike is None else plan.unlike.facts,
        minimum_unlike=limits.minimum_unlike,
        identifier_shapes=plan.identifier_shapes,
        maximum_differing_share=limits.maximum_differing_share,
        maximum_unknown_share=limits.maximum_unknown_share,
        minimum_seed=limits.minimum_seed,
        advised_seed=limits.advised_seed,
        minimum_population=limits.minimum_population,
        allow_indistinct=limits.allow_indistinct,
        economics=specification.economics,
        identifiers=tuple(
            each.slug for each in plan.identifiers if not each.is_carried
        ),
        hashed_identifiers=tuple(
            each.slug for each in plan.identifiers if each.is_hash
        ),
        carried_identifiers=tuple(
            each.slug for each in plan.identifiers if each.is_carried
        ),
        raw_identifiers=plan.raw_identifiers(),
        categorical=plan.slugs("categorical"),
        continuous=plan.slugs("continuous"),
        protected_categorical=plan.protected_slugs("categorical"),
        protected_continuous=plan.protected_slugs("continuous"),
        protected_columns={each.slug: each.column for each in plan.protected},
        proxies=plan.proxies,
        fairness_mode=specification.fairness.mode,
        discrete=tuple(each.slug for each in plan.attributes if each.is_discrete),
        quotas={} if plan.quotas is None else plan.quotas.facts,
        tiers=tiers_of(specification.output),
        keep_margin=specification.output.keep_margin,
        resolve_people=plan.resolves_people,
        input_fingerprints=dict(input_fingerprints),
        input_signs=dict(input_signs),
        notes=plan.notes,
        left_out=tuple(
            {
                "attribute": each.subject,
                "code": each.code,
                "reason": each.reason,
                "remedy": each.remedy,
            }
            for each in plan.left_out
        ),
    )


def write_inputs(
    workshop: Workshop,
    build: Build,
    plan: Plan,
    lease: Lease | None = None,
    previous_members: Path | None = None,
) -> Build:
    """Write the schema `inputs`, unless an earlier try of this build did.

    Returns the build as its later steps read it. Without a lease it is nobody's but the
    caller's.
    """
    workshop.engine.clear_spill(build.folder)
    done = build.done(STEP)
    if done is not None:
        return with_codes(build, done["coded"])
    inputs = plan.inputs(build.build_id)
    coded = workshop.engine.write_inputs(
        build.folder, replace(inputs, previous_members=previous_members)
    )
    if lease is not None:
        workshop.catalog.check_lease(lease)
    refuse_changed_inputs(workshop, build)
    written = with_codes(build, coded)
    written.finish(STEP, {"coded": coded})
    return written


def with_codes(build: Build, coded: Sequence[str]) -> Build:
    """The build with the attributes that are kept in codes, as it is saved."""
    written = build.model_copy(update={"coded": tuple(coded)})
    written.save()
    return written
