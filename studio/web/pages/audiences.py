"""`/audiences`: every audience, what is served of it and how good it is."""

import re
from asyncio import to_thread
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from pydantic import ValidationError

from studio.services.access import Role
from studio.services.audience_list import (
    AudienceLine,
    AudienceList,
    AudienceQuery,
    Order,
    State,
    list_audiences,
)
from studio.web.access import may
from studio.web.components.buttons import go_button
from studio.web.components.elements import block, link, paragraph, text
from studio.web.components.pager import pager
from studio.web.components.tables import Cell, table, time_cell
from studio.web.components.words import NONE, STATE_SIGNS, count_words, time_words
from studio.web.current import studio
from studio.web.failures import studio_page
from studio.web.frame import frame, page_title, show_nothing

HEAD = (
    "Audience",
    "State",
    "People",
    "Quality",
    "Refreshed",
    "Next refresh",
    "Version",
)
SORTED = {
    0: Order.name,
    2: Order.people,
    3: Order.quality,
    4: Order.refreshed,
    5: Order.next_refresh,
}
# Also one that is typed halfway, since the address follows as somebody types.
MAY_NAME_SOMEBODY = re.compile(
    r"@|\d([ ./()-]*\d){6}|[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}", re.IGNORECASE
)


@studio_page("/audiences", "audiences")
async def show_audiences(
    search: str = "",
    tag: str = "",
    owner: str = "",
    state: str = "",
    order: str = "name",
    falling: bool = False,
    page: int = 1,
) -> None:
    """Every audience in a line; what is looked for stands in the address."""
    asked: dict[str, Any] = {
        "search": search,
        "tag": tag or None,
        "owner": owner or None,
        "state": state or None,
        "order": order,
        "is_falling": falling,
        "page": page,
    }
    query = AudienceQuery()
    with suppress(ValidationError):
        query = AudienceQuery.model_validate(asked)
    found = await to_thread(list_audiences, studio().workshop, query)
    with frame("My Audiences", "audiences", shows_heading=False):
        with page_title("My Audiences", "People like your best ones, ready to use."):
            if found.there > 1:
                go_button("Overlap", "/overlap", is_main=False)
            if may(Role.builder):
                go_button("New audience", "/builder")
        if not found.there and not found.found and query == AudienceQuery():
            show_nothing(
                "No audience yet",
                "An audience is made from a small list of people you value and a large"
                " list of people to choose from.",
                "Make the first one",
                "/builder",
            )
            return
        AudienceBrowser(query, found).show()


class AudienceBrowser:
    """The list with its filters; each change is a question to the service."""

    def __init__(self, query: AudienceQuery, found: AudienceList) -> None:
        self.query = query
        self.found = found

    def show(self) -> None:
        """The filters, which stay, and the lines, which are drawn anew."""
        with block("filters"):
            search = ui.input("Search", value=self.query.search)
            search.props("outlined dense clearable debounce=250 maxlength=200")
            search.on_value_change(lambda event: self.ask(search=event.value or ""))
            tags = {"": "All tags"} | {tag: tag for tag in self.found.tags}
            if self.query.tag:
                tags.setdefault(self.query.tag, self.query.tag)
            self.choice("Tag", "tag", tags)
            owners = {"": "Everybody's"} | {each: each for each in self.found.owners}
            if self.query.owner:
                owners.setdefault(self.query.owner, self.query.owner)
            self.choice("Owner", "owner", owners)
            states = {"": "All but archived"} | {
                each.value: each.value.capitalize() for each in State
            }
            self.choice("State", "state", states)
        self.lines()

    def choice(self, label: str, field: str, options: dict[str, str]) -> None:
        """One filter of a closed list."""
        select = ui.select(options, label=label, value=getattr(self.query, field) or "")
        select.props("outlined dense options-dense")
        select.on_value_change(lambda event: self.ask(**{field: event.value or None}))

    async def ask(self, **changed: Any) -> None:
        """Look again, from the first page unless another is asked for."""
        asked = {"page": 1, **changed}
        query = AudienceQuery.model_validate(self.query.model_dump() | asked)
        self.query = query
        found = await to_thread(list_audiences, studio().workshop, query)
        if query is not self.query:
            return  # something else is asked for meanwhile
        self.found = found
        ui.navigate.history.replace(address_of(self.query))
        self.lines.refresh()

    async def sort(self, place: int) -> None:
        """Sort by a column; by the same once more, the other way round."""
        order = SORTED[place]
        falls = order is self.query.order and not self.query.is_falling
        await self.ask(order=order, is_falling=falls)

    @ui.refreshable_method
    def lines(self) -> None:
        """The table, or that nothing fits."""
        found = self.found
        noun = "audience" if found.found == 1 else "audiences"
        with block().props("role=status"):
            paragraph(
                f"{count_words(found.found)} {noun}; times are UTC",
                "quiet small q-mb-sm",
            )
        if not found.lines:
            with block("panel empty"):
                paragraph("No audience fits. Change what you search for.", "quiet")
            return
        place = next(key for key, order in SORTED.items() if order is self.query.order)
        with block("panel cards"):
            table(
                "Audiences",
                HEAD,
                [row_of(line) for line in found.lines],
                numbers={2},
                is_caption_shown=False,
                on_sort=self.sort,
                sortable=SORTED,
                sorted_by=(place, self.query.is_falling),
            )
        pager(found.page, found.pages, lambda page: self.ask(page=page))


def row_of(line: AudienceLine) -> list[Cell]:
    """The cells of one audience."""

    def named() -> None:
        with block():
            link(line.name, f"/audiences/{line.slug}").classes("text-weight-bold")
            if line.description:
                text("div", line.description[:140], "quiet small")
            if line.failure:
                told = f"The newest build failed: {line.failure}."
                text("div", told, "bad-words small")
            if line.tags:
                with block("chips q-mt-xs"):
                    for tag in line.tags[:6]:
                        text("span", tag, "chip")

    return [
        named,
        lambda: text(
            "span", line.state.value.capitalize(), f"state {STATE_SIGNS[line.state]}"
        ),
        count_words(line.people),
        line.quality.capitalize() if line.quality else NONE,
        time_cell(time_words(line.refreshed_at)),
        time_cell(time_words(line.next_refresh_at)),
        NONE if line.version is None else str(line.version),
    ]


def address_of(query: AudienceQuery) -> str:
    """The address of this list, without what may name somebody.

    >>> address_of(AudienceQuery(search="spring 2026", page=2))
    '/audiences?search=spring+2026&page=2'
    >>> address_of(AudienceQuery(search="ann@x.org")), address_of(
    ...     AudienceQuery(search="+44 20 7946-0000")
    ... )
    ('/audiences', '/audiences')
    >>> address_of(AudienceQuery(owner="ann@x.org", tag="spring"))
    '/audiences?tag=spring'
    """
    values = {
        "search": _unnamed(query.search),
        "tag": _unnamed(query.tag),
        "owner": _unnamed(query.owner),
        "state": query.state,
        "order": query.order if query.order is not Order.name else None,
        "falling": "true" if query.is_falling else None,
        "page": query.page if query.page > 1 else None,
    }
    told = urlencode({name: str(value) for name, value in values.items() if value})
    return f"/audiences?{told}" if told else "/audiences"


def _unnamed(words: str | None) -> str:
    """The words, or none where they may name somebody."""
    return "" if words is None or MAY_NAME_SOMEBODY.search(words) else words
