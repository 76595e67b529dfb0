"""A plan as a document: what `--dry-run --json`, the pages and REST show of it."""

from dataclasses import asdict
from typing import Any

from catalog.specification import specification_hash
from engines.base import InputIdentifier
from orchestration.plan import Plan
from orchestration.project import code_version
from report.plan_words import plan_caveats, plan_summary
from report.told_parts import told_part


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The plan in JSON types, in figures and in words: what `--dry-run --json` prints.

    `found_rows` is None as well where only words tell of it: of few people, or all but few.
    """
    found = _figures_of(plan)
    words = {"summary": plan_summary(found), "caveats": plan_caveats(found)}
    return {**found, "found_rows": _told_rows(plan), **words}


def _told_rows(plan: Plan) -> int | None:
    if plan.found_rows is None:
        return None
    return told_part(plan.found_rows, plan.seed_choice.facts["rows"]).count


def _figures_of(plan: Plan) -> dict[str, Any]:
    specification = plan.specification
    return {
        "audience": specification.name,
        "specification_hash": specification_hash(specification),
        "code_version": code_version(),
        "seed": plan.seed_choice.facts,
        "unlike": None if plan.unlike is None else plan.unlike.facts,
        "population": plan.population_choice.facts,
        "identifiers": [
            {
                "identifier": each.slug,
                "seed_column": each.seed_column,
                "population_column": each.population_column,
                "use": identifier_use(each),
            }
            for each in plan.identifiers
        ],
        "resolves_people": plan.resolves_people,
        "found_rows": plan.found_rows,
        "learn_from": plan.learn_from,
        "matched_minimum": specification.scoring.matched_minimum,
        "model": specification.scoring.model,
        "attributes": [
            {"attribute": each.slug, "column": each.column, "role": each.role}
            for each in plan.attributes
        ],
        "fairness": {
            "mode": specification.fairness.mode,
            "protected": [
                {"attribute": each.slug, "column": each.column, "role": each.role}
                for each in plan.protected
            ],
            "proxies": [asdict(each) for each in plan.proxies],
        },
        "left_out": [
            {
                "attribute": each.subject,
                "code": each.code,
                "reason": each.reason,
                "remedy": each.remedy,
            }
            for each in plan.left_out
        ],
        "output": {
            specification.output.kind: specification.output.value,
            "include_seed": specification.output.include_seed,
        }
        | (
            {}
            if specification.output.keep_margin is None
            else {"keep_margin": specification.output.keep_margin}
        )
        | (
            {"tiers": specification.output.tier_names}
            if specification.output.tiers
            else {}
        )
        | ({} if plan.quotas is None else {"quotas": plan.quotas.facts}),
        "economics": specification.economics.model_dump(mode="json"),
        "refresh": specification.refresh.model_dump(mode="json"),
        "notes": list(plan.notes),
    }


def identifier_use(identifier: InputIdentifier) -> str:
    """What a build does with an identifier: joins, connects or carries it."""
    if identifier.is_carried:
        return "carries"
    return "joins" if identifier.is_shared else "connects"
