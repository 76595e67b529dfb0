"""Names in use: each once, across datasets and audiences, whatever their case (B19)."""

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from catalog import tables
from catalog.errors import StudioError
from catalog.names import display_name, folded, shown, slug_of


def new_id() -> str:
    """A fresh id of 16 hex digits, of which paths may be made."""
    return secrets.token_hex(8)


def take_name(connection: Connection, name: str, kind: str, object_id: str) -> str:
    """Give the name to one object; return the slug that goes with it.

    Raises StudioError `name_taken` where another object has the name.
    """
    checked = display_name(name, kind)
    refuse_taken(connection, checked, kind)
    names = tables.names.c
    base = slug_of(checked)
    taken: Iterable[str] = connection.execute(
        select(names.slug).where(names.slug.startswith(base[:50], autoescape=True))
    ).scalars()
    slug = slug_of(checked, set(taken))
    connection.execute(
        insert(tables.names),
        {
            "folded": folded(checked),
            "slug": slug,
            "kind": kind,
            "object_id": object_id,
        },
    )
    return slug


def refuse_taken(connection: Connection, name: str, kind: str) -> None:
    """Raise StudioError `name_taken` where an object has the name, whatever its case."""
    names = tables.names.c
    holder = connection.execute(
        select(names.kind).where(names.folded == folded(name))
    ).scalar_one_or_none()
    if holder is not None:
        raise StudioError(
            "name_taken",
            f"{kind} {shown(name)}",
            f"has the name of {_article(holder)}",
            "choose another name",
        )


def free_names(connection: Connection, object_id: str) -> None:
    """Let the names of an object be used again."""
    connection.execute(
        delete(tables.names).where(tables.names.c.object_id == object_id)
    )


def choose(asked: str, objects: Sequence[tuple[str, str, str]]) -> int | None:
    """Position of the (name, slug, id) that is meant: by name, slug, id, folded name."""
    form = folded(asked)
    for matches in (
        lambda name, slug, id_: name == asked,
        lambda name, slug, id_: slug == asked,
        lambda name, slug, id_: id_ == asked,
        lambda name, slug, id_: folded(name) == form,
    ):
        for position, names in enumerate(objects):
            if matches(*names):
                return position
    return None


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
