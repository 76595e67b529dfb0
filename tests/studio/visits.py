"""The studio's pages served in this process, for visitors of each role without a browser."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from nicegui import app as pages_app
from nicegui import background_tasks, ui
from nicegui.testing import User
from starlette.testclient import TestClient

from studio.services.access import Access
from studio.services.studio import Studio
from studio.web.app import create_app
from tests.studio.rest import ADDRESS, serving

PROXY = ("10.1.2.3", 1)
HEADER = "X-Forwarded-User"
ELSEWHERE = "studio.example"
ACCESS = Access.model_validate(
    {
        "proxy": {"header": HEADER, "address": PROXY[0]},
        "public_url": f"https://{ELSEWHERE}",
        "roles": {"vera": "viewer", "bruno": "builder", "ada": "admin"},
    }
)
NAMES = {role.value: name for name, role in ACCESS.roles.items()}
LOOKS = 600  # for what a page is about to show; a tenth of a second apart


class Visitor(User):
    """Somebody who waits for what a page shows only after work."""

    async def should_see(self, *what: Any, retries: int = LOOKS, **named: Any) -> None:
        await super().should_see(*what, retries=retries, **named)

    async def should_not_see(
        self, *what: Any, retries: int = LOOKS, **named: Any
    ) -> None:
        await super().should_not_see(*what, retries=retries, **named)


class Visits:
    """A served studio; `client` asks as an admin, others by their role."""

    def __init__(self, studio: Studio, client: TestClient) -> None:
        self.studio, self.client = studio, client

    def as_(self, role: str, act: Callable[[User], Awaitable[None]]) -> None:
        """Let somebody of a role open pages and press what is on them."""
        assert self.client.portal is not None
        self.client.portal.call(self._act, role, act)

    def get(self, path: str, role: str = "admin") -> httpx.Response:
        """What a browser of somebody of this role is answered."""
        return self.client.get(path, headers=self.named(role))

    @staticmethod
    def named(role: str) -> dict[str, str]:
        """The header by which the proxy names somebody of this role."""
        return {HEADER: NAMES[role]}

    def break_off(
        self, path: str, begin: bytes, headers: dict[str, str], query: bytes = b""
    ) -> None:
        """Send the beginning of a body, as a builder whose connection then ends."""
        named = {**self.named("builder"), **headers, "host": ADDRESS.split("//")[1]}
        arriving: list[dict[str, Any]] = [
            {"type": "http.request", "body": begin, "more_body": True},
            {"type": "http.disconnect"},
        ]
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "scheme": "http",
            "client": PROXY,
            "headers": [
                (each.lower().encode(), to.encode()) for each, to in named.items()
            ],
        }

        async def receive() -> dict[str, Any]:
            return arriving.pop(0) if len(arriving) > 1 else arriving[0]

        async def answer(message: dict[str, Any]) -> None:
            """Nobody hears it."""

        assert self.client.portal is not None
        self.client.portal.call(self.client.app, scope, receive, answer)
        assert len(arriving) == 1

    async def _act(self, role: str, act: Callable[[User], Awaitable[None]]) -> None:
        kept = ui.navigate, ui.notify, ui.download
        transport = httpx.ASGITransport(self.client.app, client=PROXY)
        headers = {**self.named(role), "accept": "text/html"}
        try:
            async with httpx.AsyncClient(
                transport=transport, base_url=ADDRESS, headers=headers
            ) as client:
                await act(Visitor(client))
        finally:
            await _led_nowhere()
            ui.navigate, ui.notify, ui.download = kept


async def _led_nowhere() -> None:
    """End what leads somebody on to a page: it would be theirs again in the next test."""
    led = [
        each
        for each in background_tasks.running_tasks
        if each.get_name().startswith("navigate ")
    ]
    for each in led:
        each.cancel()
    await asyncio.gather(*led, return_exceptions=True)


async def until(is_so: Callable[[], Any]) -> None:
    """Wait until something is so, at most a minute."""
    for _ in range(LOOKS):
        if is_so():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come in time")


@contextmanager
def visited(home: Path) -> Iterator[Visits]:
    """The studio at a home with its pages, which one at a time may serve in a process.

    NiceGUI has one application in a process, that takes nothing new once it has started;
    of the studio before, it forgets what it was started with and keeps its pages.
    """
    pages_app.middleware_stack = None
    pages_app.user_middleware.clear()
    pages_app.reset()
    with serving(home) as studio:
        app = create_app(studio, access=ACCESS, port=8480)
        with TestClient(
            app,
            base_url=ADDRESS,
            raise_server_exceptions=False,
            follow_redirects=False,
            client=PROXY,
            headers={"accept": "text/html"},
        ) as client:
            yield Visits(studio, client)


def shown(visits, role, path):
    """The buttons and links on a page, by their words and addresses."""
    found = set()

    async def look(user):
        client = await user.open(path)
        for each in client.elements.values():
            if isinstance(each, ui.button):
                found.add(each.props.get("label"))
                found.add(each.props.get("href"))
            elif each.tag == "a":
                found.add(each.props["href"])

    visits.as_(role, look)
    return found


def press(client, element):
    """What a browser sends where somebody uses an element."""
    for listener in list(element._event_listeners.values()):
        client.handle_event({"id": element.id, "listener_id": listener.id, "args": {}})


def radios_of(client):
    return [e for e in client.elements.values() if e.props.get("type") == "radio"]


def pick_another_seed(client):
    """Press a seed that can be chosen and is not; returned is what was pressed."""
    other = next(
        each
        for each in radios_of(client)
        if not {"checked", "disabled"} & each.props.keys()
    )
    press(client, other)
    return other
