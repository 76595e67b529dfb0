"""The way from a run to its screen in Dagster."""

from typing import TYPE_CHECKING

from nicegui import context

from studio.services.access import LOOPBACK
from studio.web.components.elements import link
from studio.web.current import studio

if TYPE_CHECKING:
    from catalog.run_records import Run


def dagster_link(words: str, run: "Run") -> bool:
    """A link to the run, and true, for who sits at the machine that Dagster listens on.

    Dagster listens on loopback alone: for a browser elsewhere, and while Dagster is off,
    there is none.
    """
    address = studio().runs.dagster_address(run)
    if address is None or context.client.request.url.hostname not in LOOPBACK:
        return False
    link(words, address)
    return True
