"""Comparing scorers: which are asked for, and what a person is told of them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, get_args

from catalog.errors import StudioError
from catalog.names import closest, shown
from catalog.specification import AudienceSpecification
from catalog.specification_settings import ModelName
from studio.services.audiences import read_request

if TYPE_CHECKING:
    from orchestration.comparing import Compared
    from orchestration.workshop import Workshop


MOST_NAMED = 4


def compare(
    workshop: "Workshop",
    request: str,
    models: Sequence[str] | None,
    *,
    listener: Callable[[Any], None] | None = None,
) -> "Compared":
    """The comparison of a specification's scorers.

    Without models all whose extras are installed are compared. Registers what a file
    declares, as a plan does; keeps no specification and publishes nothing.
    """
    from orchestration.comparing import compare_scorers, installed_models
    from orchestration.plan import register_declared

    chosen = installed_models() if models is None else checked(models)
    specification, folder = read_request(workshop, request)
    if folder is not None:
        register_declared(workshop, specification, folder)
    return compare_scorers(workshop, specification, chosen, listener=listener)


def compare_draft(
    workshop: "Workshop", specification: AudienceSpecification
) -> "Compared":
    """The comparison of all installed scorers on a specification that is not kept."""
    from orchestration.comparing import compare_scorers, installed_models

    return compare_scorers(workshop, specification, installed_models())


def checked(models: Sequence[str]) -> tuple[str, ...]:
    """The scorers of texts such as `auto,boosted`.

    Raises StudioError for one that is none, or that is named twice.
    """
    known = get_args(ModelName)
    names = [name.strip() for text in models for name in text.split(",")]
    for name in names:
        if name not in known:
            near = closest(name, known)
            raise StudioError(
                "unknown_model",
                f"model {shown(name)}",
                "is not a scorer",
                f"did you mean {' or '.join(map(repr, near))}?"
                if near
                else f"choose others, such as {', '.join(known[:MOST_NAMED])}",
            )
        if names.count(name) > 1:
            raise StudioError(
                "model_repeated",
                f"model {shown(name)}",
                "is named more than once in --models",
                "name each scorer once",
            )
    return tuple(names)
