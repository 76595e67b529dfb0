"""Somebody who uses the studio's pages without a browser: page, socket and events."""

import asyncio
import html
import json
import re
import uuid
from typing import Any

import httpx
import socketio

SOCKET = "/_nicegui_ws/socket.io"
ELEMENTS = re.compile(r"parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
CLIENT = re.compile(r"'client_id': '([0-9a-f-]+)'")
MOVED = re.compile(r"location\.replace\('([^']+)'\)")


class Visitor:
    """One page at a time; `elements` are those that it shows, as the server told them."""

    def __init__(self, address: str, cookie: tuple[str, str], patience: float) -> None:
        self.address, self.patience = address, patience
        self.path = ""
        self.elements: dict[int, dict[str, Any]] = {}
        self._cookie = "=".join(cookie)
        self._client_id = ""
        self._next = 0
        self._moved_to: str | None = None
        self._news = asyncio.Event()
        self._socket: socketio.AsyncClient | None = None
        self._http = httpx.AsyncClient(
            base_url=address,
            headers={"Cookie": self._cookie, "Accept": "text/html"},
            follow_redirects=True,
            timeout=patience,
            # A browser asks again where the server has just let a connection go.
            limits=httpx.Limits(keepalive_expiry=1.0),
        )

    async def __aenter__(self) -> "Visitor":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()
        await self._http.aclose()

    async def open(self, path: str) -> None:
        """Load a page and open its socket, as the page's script does."""
        await self._leave()
        answer = (await self._http.get(path)).raise_for_status()
        found = ELEMENTS.search(answer.text)
        client = CLIENT.search(answer.text)
        assert found and client, f"{path} is no page"
        told = json.loads(html.unescape(found.group(1)))
        self.elements = {int(key): value for key, value in told.items()}
        self.path, self._client_id = answer.url.path, client.group(1)
        self._moved_to = None
        await self._connect()

    async def follow(self) -> None:
        """Go where the page leads after what was done on it."""
        await self._until(lambda: self._moved_to is not None)
        assert self._moved_to is not None
        await self.open(self._moved_to)

    def press(self, label: str) -> None:
        """Press the button that has this label."""
        self._emit(self._find(lambda each: each["props"].get("label") == label), "click")

    async def choose(self, name: str) -> None:
        """Choose the dataset of this name, until the page tells that it is chosen."""
        title = self._find(
            lambda each: "title" in each["class"] and each["text"] == name
        )
        row = self._find(lambda each: title in each["children"])
        (radio,) = (
            each
            for each in self.elements[row]["children"]
            if self.elements[each]["tag"] == "input"
        )
        self._emit(radio, "change")
        await self._until(
            lambda: any(
                each["tag"] == "dd" and each["text"] == name
                for each in map(_whole, self.elements.values())
            )
        )

    async def slide(self, position: int) -> None:
        """Move the slider, until the figures tell of another size."""
        before = self._figures()
        slider = self._find(lambda each: each["tag"].endswith("slider"))
        self._emit(slider, "update:modelValue", position)
        await self._until(lambda: self._figures() != before)

    async def shows(self, words: str) -> None:
        """Wait until these words stand on the page."""
        await self._until(
            lambda: any(words in str(each["text"]) for each in map(_whole, self.elements.values()))
        )

    def _figures(self) -> list[str]:
        return [
            each["text"]
            for each in map(_whole, self.elements.values())
            if "value" in each["class"]
        ]

    def _find(self, is_wanted: Any) -> int:
        for key, element in self.elements.items():
            if is_wanted(_whole(element)):
                return key
        raise LookupError(f"{self.path} does not show what is looked for")

    def _emit(self, key: int, kind: str, *arguments: Any) -> None:
        (listener,) = (
            each["listener_id"]
            for each in self.elements[key]["events"]
            if each["type"] == kind
        )
        event = {
            "id": key,
            "client_id": self._client_id,
            "listener_id": listener,
            "args": [json.dumps(each) for each in arguments],
        }
        assert self._socket is not None
        self._sending = asyncio.ensure_future(self._socket.emit("event", event))

    async def _until(self, is_so: Any) -> None:
        async with asyncio.timeout(self.patience):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    async def _connect(self) -> None:
        client = socketio.AsyncClient(reconnection=False)
        client.on("update", self._update)
        client.on("open", self._open_told)
        client.on("run_javascript", self._script_told)
        query = "&".join(
            f"{name}={value}"
            for name, value in {
                "client_id": self._client_id,
                "next_message_id": 0,
                "implicit_handshake": "true",
                "document_id": uuid.uuid4(),
                "tab_id": uuid.uuid4(),
                "old_tab_id": "null",
            }.items()
        )
        await client.connect(
            f"{self.address}?{query}",
            headers={"Cookie": self._cookie, "Origin": self.address},
            transports=["websocket"],
            socketio_path=SOCKET,
        )
        self._socket = client

    async def _leave(self) -> None:
        if self._socket is not None:
            await self._socket.disconnect()
            self._socket = None

    def _update(self, told: dict[str, Any]) -> None:
        for key, element in told.items():
            if key == "_id":
                continue
            if element is None:
                self.elements.pop(int(key), None)
            else:
                self.elements[int(key)] = element
        self._news.set()

    def _open_told(self, told: dict[str, Any]) -> None:
        self._moved_to = told["path"]
        self._news.set()

    def _script_told(self, told: dict[str, Any]) -> None:
        moved = MOVED.search(told["code"])
        if moved is not None:
            self._moved_to = moved.group(1)
            self._news.set()


def _whole(element: dict[str, Any]) -> dict[str, Any]:
    """An element with the parts that are left out where they are empty."""
    return {"text": "", "class": [], "children": [], "props": {}, **element}
