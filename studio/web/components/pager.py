"""The way to the other pages of a long list."""

from collections.abc import Callable
from functools import partial

from studio.web.components.buttons import quiet_button
from studio.web.components.elements import block, text


def pager(page: int, pages: int, go: Callable[[int], object]) -> None:
    """Previous and next page, counted from 1; nothing where there is one."""
    if pages <= 1:
        return
    with block("actions", "nav").props('aria-label="Pages"'):
        for label, target in (("Previous", page - 1), ("Next", page + 1)):
            button = quiet_button(label, partial(go, target))
            button.set_enabled(1 <= target <= pages)
        text("span", f"Page {page} of {pages}", "quiet")
