"""The page: a version's report as one HTML document that needs nothing else.

It holds its style and pictures, runs no script and asks no network. What it shows is a
headline, sections in order, and where it came from; a further section is a template in
`templates/sections/` and a `Section` that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from report.words import plain_text

if TYPE_CHECKING:
    from jinja2 import Environment

LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Section:
    """A block of the page: `values` are what its template shows, user text as typed."""

    anchor: str
    title: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset that the audience was made from; `side` is what it was used as."""

    side: str
    dataset: str
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Headline:
    """What the page is about. `built_at` is a time in words, with its zone."""

    name: str
    description: str
    tags: tuple[str, ...]
    version: int
    built_at: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All there is on the page; `provenance` is what the audience can be made from again."""

    headline: Headline
    sections: tuple[Section, ...]
    provenance: tuple[tuple[str, str], ...]


def render_page(page: Page) -> str:
    """The page as HTML; the same page gives the same text."""
    environment = templates()
    blocks = [
        (section, environment.get_template(section.template).render(section.values))
        for section in page.sections
    ]
    return environment.get_template("page.html").render(
        headline=page.headline, blocks=blocks, provenance=page.provenance
    )


@cache
def templates() -> "Environment":
    """The templates: every text is escaped, on one line, and cannot turn others around."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: Any) -> Any:
    from markupsafe import Markup

    if isinstance(value, str) and not isinstance(value, Markup):
        return plain_text(value, LONGEST_TEXT)
    return value
