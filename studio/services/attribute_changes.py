"""A change of what is scored, as the specification's fields have it."""

from typing import Any

from catalog.datasets import Frozen
from studio.services.advice import Advice
from studio.services.choices import AttributeChoices, AttributeRow
from studio.services.draft_store import Draft, DraftChoices


class AttributeChange(Frozen):
    """One thing that a person does to the attributes: at most one of these.

    `only` chooses these and no others, and none where it is empty; `role` gives one
    attribute a role and chooses it. With nothing asked, what can be chosen still stays.
    """

    add: str | None = None
    drop: str | None = None
    only: tuple[str, ...] | None = None
    role: tuple[str, str] | None = None
    protect: str | None = None
    unprotect: str | None = None


def changed(
    found: AttributeChoices, choices: DraftChoices, asked: AttributeChange
) -> dict[str, Any]:
    """The fields `attributes`, `exclude` and `fairness` after the change."""
    rows = {each.attribute: each for each in found.rows}
    names = [each for each in rows if rows[each].is_chosen]
    roles = {
        each.attribute: each.role
        for each in found.rows
        if each.role != each.mapped_role
    }
    protected = [each.attribute for each in found.rows if each.is_protected]
    if asked.only is not None:
        names = [each for each in asked.only if each in rows]
    if asked.add is not None or asked.role is not None:
        name = asked.add or (asked.role[0] if asked.role else "")
        names = [each for each in rows if each in names or each == name]
    if asked.role is not None:
        roles[asked.role[0]] = asked.role[1]
    for gone in (asked.drop, asked.protect):
        names = [each for each in names if each != gone]
    if asked.protect is not None:
        protected.append(asked.protect)
    protected = [each for each in protected if each != asked.unprotect]
    fitting = {each.attribute for each in found.rows if each.eligible}
    is_all = set(names) == fitting - set(protected) and not set(names) & roles.keys()
    return {
        "attributes": None if is_all else _named(names, rows, roles),
        "exclude": [each for each in choices.exclude if each not in names],
        "fairness": {
            "protected": protected,
            # Regulated is of what is protected; without any it says nothing.
            "mode": choices.fairness.mode if protected else "standard",
        },
    }


def is_so(found: AttributeChoices, asked: AttributeChange) -> bool:
    """True of a tick that is there already, or of none that is not."""
    if asked.add is not None:
        return asked.add in found.chosen
    return asked.drop is not None and asked.drop not in found.chosen


def advised(advice: Advice) -> tuple[str, ...]:
    """The attributes that the advice takes."""
    return tuple(each.attribute for each in advice.attributes if each.is_advised)


def proposed(found: AttributeChoices) -> tuple[str, ...]:
    """All that fit, which are chosen where nothing else was."""
    return tuple(
        each.attribute for each in found.rows if each.eligible and not each.is_protected
    )


def with_all(draft: Draft) -> Draft:
    """The draft with all attributes that fit, where none is chosen: to look at them."""
    if draft.choices.attributes != ():
        return draft
    choices = draft.choices.model_copy(update={"attributes": None})
    return draft.model_copy(update={"choices": choices})


def _named(
    names: list[str], rows: dict[str, AttributeRow], roles: dict[str, str]
) -> list[dict[str, Any]]:
    """As a specification names them."""
    return [
        {
            "attribute": name,
            "role": None
            if roles.get(name) == rows[name].mapped_role
            else roles.get(name),
        }
        for name in names
    ]
