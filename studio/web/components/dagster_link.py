"""The way from a run to its screen in Dagster."""

from typing import TYPE_CHECKING

from nicegui import context

from studio.web.components.elements import link
from studio.web.current import access, studio

if TYPE_CHECKING:
    from catalog.run_records import Run


def dagster_link(words: str, run: "Run") -> bool:
    """A link to the run, and true, for who sits at the machine that Dagster listens on.

    Elsewhere, where people sign in by a login, and while Dagster is off, there is none.
    """
    address = studio().runs.dagster_address(run)
    host = context.client.request.url.hostname
    if address is None or not access().leads_to_dagster(host):
        return False
    link(words, address)
    return True
