"""Whether the files behind a draft's datasets still are what was read of them."""

from typing import TYPE_CHECKING, NamedTuple

from catalog.errors import StudioError
from studio.services.dataset_changes import CHANGED, change_of

if TYPE_CHECKING:
    from orchestration.workshop import Workshop
    from studio.services.draft_store import Draft, DraftChoices


class ChangedFile(NamedTuple):
    """A dataset whose source changed, in a sentence; whether it can be read anew."""

    dataset: str
    told: str
    is_readable: bool


def changed_files(workshop: "Workshop", draft: "Draft") -> tuple[ChangedFile, ...]:
    """The chosen datasets of which another content stands there than was read.

    What is gone from the catalog, or was read since it was chosen, the draft's remarks
    say.
    """
    found = []
    for name in _datasets(draft.choices):
        try:
            change = change_of(workshop, workshop.catalog.mapped_dataset(name))
        except StudioError:
            continue
        if change is not None:
            found.append(_told(name, change))
    return tuple(found)


def _told(name: str, change: StudioError) -> ChangedFile:
    if change.code == CHANGED:
        then = "A build takes it as it is then"
    else:
        then = f"{change.remedy[:1].upper()}{change.remedy[1:]}"
    told = f"The {change.object} {change.cause}. {then}; all choices stay."
    return ChangedFile(name, told, is_readable=change.code == CHANGED)


def _datasets(choices: "DraftChoices") -> list[str]:
    """Each dataset that is chosen, once."""
    unlike = None if choices.seed is None else choices.seed.unlike
    chosen = (choices.seed, unlike, choices.population)
    named = [each.dataset for each in chosen if each is not None]
    return list(dict.fromkeys(name for name in named if name is not None))
