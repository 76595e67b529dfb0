"""The studio as people meet it: first paint, a step, the curve, many users, memory.

    python -m bench studio [--rows 10000000] [--folder FOLDER] [--users 20] [--sessions 200]

A seed and a population of so many rows (bench/speed/gen.py) are registered and profiled in
a home of their own, and `lookalike up` serves it. In Debian's chromium: the first paint of
pages beside that of NiceGUI's hello page, in turns; the steps of the builder, one after
the other; the size by key and typed. Then, without a browser, people who speak to the
pages as a browser does (page, socket, events): so many at once with pauses of one to
three seconds between clicks, and so many sessions while the process's memory is read.
"""

import asyncio
import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.visitor import Visitor
from catalog.home import Home, create_home
from orchestration.workshop import open_workshop
from studio.services import datasets
from studio.services.tokens import sign_in_path, token_of

GENERATOR = Path(__file__).parent / "speed" / "gen.py"
PAINTS = 9
ROUNDS = 20
SIZES = 20
PATIENCE = 600
MS = 1_000
STEPS = {
    "seed": "Whom do you want more of?",
    "population": "Who may be chosen?",
    "attributes": "What makes people alike?",
    "output": "How many people?",
    "finalise": "Name it and create it",
}
PAINT = """() => new Promise(done => {
  const look = () => {
    const [found] = performance.getEntriesByName('first-contentful-paint');
    found ? done(found.startTime) : setTimeout(look, 5);
  };
  look();
})"""

# When the page that scripts draw stands; its bar is painted before them.
HEADING = """new MutationObserver((_, seen) => {
  if (!document.querySelector('h1')) return;
  window.headingAt = performance.now();
  seen.disconnect();
}).observe(document, {childList: true, subtree: true})"""


@dataclass(frozen=True)
class Served:
    """A server of pages: its address, the process, and what signs a browser in."""

    address: str
    process: int
    cookie: tuple[str, str] = ("", "")


def run(rows: int, place: str | None, users: int, sessions: int) -> int:
    """Make the data where they are not there yet, measure and print."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(place or made) / str(rows)
        if not (folder / "meta.json").exists():
            command = [sys.executable, str(GENERATOR), "--rows", str(rows)]
            subprocess.run([*command, "--out", str(folder)], check=True)
        home = create_home(Path(made) / "home")
        register(home, folder)
        with studio(home) as served, hello() as plain:
            in_a_browser(served, plain)
            asyncio.run(many_users(served, users))
            asyncio.run(many_sessions(served, sessions))
    return 0


def register(home: Home, folder: Path) -> None:
    """Add both files as datasets, with their profiles."""
    workshop = open_workshop(home, threads=2)
    for name in ("seed", "population"):
        began = time.perf_counter()
        datasets.add(
            workshop.catalog,
            workshop.engine,
            folder / f"{name}.parquet",
            name,
            table=None,
            csv_schema=None,
            description="",
        )
        print(f"add {name:<22}{time.perf_counter() - began:7.2f} s")


@contextmanager
def serving(command: list[str], port: int, ready: Callable[[], bool]) -> Iterator[int]:
    """A server in a process of its own; gives the process's number."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
    began = time.monotonic()
    try:
        while not ready():
            if process.poll() is not None or time.monotonic() > began + PATIENCE:
                raise RuntimeError(f"nothing is served on port {port}")
            time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


@contextmanager
def studio(home: Home) -> Iterator[Served]:
    """`lookalike up` in this home, once Dagster runs."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    bearer = {"Authorization": f"Bearer {token_of(home)}"}

    def ready() -> bool:
        try:
            page = httpx.get(f"{address}/drafts", headers=bearer, timeout=PATIENCE)
        except httpx.TransportError:
            return False
        return "Dagster is running" in page.text

    program = (
        "import os, sys; os.environ['LOOKALIKE_HOME'] = sys.argv[1];"
        " sys.argv[1:] = ['up', '--port', sys.argv[2]];"
        " from studio.cli import main; main()"
    )
    with serving(["-c", program, str(home.root), str(port)], port, ready) as process:
        answer = httpx.get(address + sign_in_path(home))
        (cookie,) = answer.cookies.items()
        yield Served(address, process, cookie)


@contextmanager
def hello() -> Iterator[Served]:
    """NiceGUI's hello page."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        try:
            return httpx.get(address).is_success
        except httpx.TransportError:
            return False

    program = (
        "import sys; from nicegui import ui\n"
        "ui.page('/')(lambda: ui.label('Hello NiceGUI!'))\n"
        "ui.run(port=int(sys.argv[1]), host='127.0.0.1', show=False, reload=False)"
    )
    with serving(["-c", program, str(port)], port, ready) as process:
        yield Served(address, process)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_a_browser(served: Served, plain: Served) -> None:
    """First paint, the steps and the curve, in Debian's chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        draft = new_draft(served)
        first_paint(browser, served, plain, draft)
        page = context(browser, served).new_page()
        page.set_default_timeout(MS * PATIENCE)
        walk(page, f"{served.address}/builder/{draft}")
        sizes(page, f"{served.address}/builder/{draft}/output")
        browser.close()


def new_draft(served: Served) -> str:
    """A draft in which seed and population are chosen, made over REST."""
    name, value = served.cookie
    with httpx.Client(
        base_url=served.address,
        cookies={name: value},
        headers={"Origin": served.address},
        timeout=PATIENCE,
    ) as client:
        draft = client.post("/api/v1/drafts", json={}).raise_for_status().json()["id"]
        choices = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}
        client.patch(f"/api/v1/drafts/{draft}", json={"version": 1, "choices": choices}).raise_for_status()
    return str(draft)


def context(browser: Any, served: Served) -> Any:
    """A browser without anything kept but the sign-in."""
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    name, value = served.cookie
    if name:
        made.add_cookies([{"name": name, "value": value, "url": served.address}])
    return made


def first_paint(browser: Any, served: Served, plain: Served, draft: str) -> None:
    """Milliseconds to the first contentful paint with an empty cache and with a full one.

    Beside it those until the heading stands, and with it the page.
    """
    pages = {
        "hello": (plain, ""),
        "audiences": (served, "/audiences"),
        "datasets": (served, "/datasets"),
        **{step: (served, f"/builder/{draft}/{step}") for step in STEPS},
    }
    found: dict[str, list[list[float]]] = {name: [[], []] for name in pages}
    stood: dict[str, list[list[float]]] = {name: [[], []] for name in pages}
    for _ in range(PAINTS):
        for name, (server, path) in pages.items():
            visit = context(browser, server)
            page = visit.new_page()
            page.add_init_script(HEADING)
            for kept, whole in zip(found[name], stood[name], strict=True):
                page.goto(server.address + path)
                kept.append(page.evaluate(PAINT))
                whole.append(page.evaluate("window.headingAt ?? 0"))
            visit.close()
    for at, cache in enumerate(("empty cache", "full cache")):
        base = statistics.median(found["hello"][at])
        for name, kept in found.items():
            middle = statistics.median(kept[at])
            print(
                f"first paint {name:<12}{cache:<12}{middle:6.0f} ms"
                f"  {middle / base:4.2f} x hello"
                f"  heading {statistics.median(stood[name][at]):6.0f} ms"
            )


def walk(page: Any, base: str) -> None:
    """From step to step by the stepper: until the heading stands, until all is loaded."""
    settled = {
        "attributes": "text=/median /",
        "output": "text=times a random draw",
        # Said of some scorers, too, which are not shown until more is asked for.
        "finalise": "text=Learns from >> visible=true",
    }
    page.goto(f"{base}/seed")
    began = time.perf_counter()
    page.goto(f"{base}/output")
    page.locator(settled["output"]).first.wait_for()
    print(f"a draft's first estimate  {time.perf_counter() - began:7.2f} s")
    heads, wholes = [], []
    for _ in range(ROUNDS):
        for step, heading in STEPS.items():
            link = page.locator(f"nav[aria-label=Steps] a[href$='/{step}']")
            began = time.perf_counter()
            link.click()
            page.get_by_role("heading", level=1, name=heading).wait_for()
            heads.append(time.perf_counter() - began)
            page.locator(settled.get(step, "input[type=radio]")).first.wait_for()
            wholes.append(time.perf_counter() - began)
    tell("a step, its heading", heads)
    tell("a step, all it shows", wholes)


def sizes(page: Any, address: str) -> None:
    """From a key or a typed number to the figures of that size."""
    page.goto(address)
    figure = page.locator(".figures .value").first
    figure.wait_for()
    slider = page.locator(".q-slider__track-container")
    number = page.get_by_label("People", exact=True)
    changed = "([each, before]) => each.innerText !== before"
    for name in ("slider", "typed"):
        found = []
        for at in range(SIZES):
            before = figure.inner_text()
            began = time.perf_counter()
            if name == "slider":
                slider.press("PageDown" if at % 8 < 4 else "PageUp")
            else:
                number.last.fill(str(100_000 + 1_234 * (at + 1)))
            page.wait_for_function(changed, arg=[figure.element_handle(), before])
            found.append(time.perf_counter() - began)
        tell(f"a size, {name}", found)


async def many_users(served: Served, users: int) -> None:
    """So many people at once in the builder, each with a draft of their own."""
    found: dict[str, list[float]] = {}
    faults: list[str] = []

    async def one(number: int) -> None:
        chance = random.Random(number)  # noqa: S311
        await asyncio.sleep(chance.uniform(0, 3))
        try:
            async with Visitor(served.address, served.cookie, PATIENCE) as visitor:
                for name, seconds in await story(
                    visitor, lambda: asyncio.sleep(chance.uniform(1, 3))
                ):
                    found.setdefault(name, []).append(seconds)
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error}")

    await asyncio.gather(*map(one, range(users)))
    for name, seconds in found.items():
        tell(f"{users} users, {name}", seconds)
    every = [each for kept in found.values() for each in kept]
    if every:
        tell(f"{users} users, all", every)
    print(f"{users} users, errors        {len(faults)} {faults[:3]}")


async def many_sessions(served: Served, sessions: int) -> None:
    """One session of the builder after the other, and what the process holds after."""
    held = []
    for number in range(sessions):
        async with Visitor(served.address, served.cookie, PATIENCE) as visitor:
            await story(visitor, lambda: asyncio.sleep(0))
        if (number + 1) % max(1, sessions // 10) == 0:
            await asyncio.sleep(10)  # a page that was left is forgotten after seconds
            held.append(resident_mb(served.process))
    print("memory, MB, ten times     ", *(f"{each:.0f}" for each in held))


async def story(
    visitor: Visitor, pause: Callable[[], Any]
) -> list[tuple[str, float]]:
    """A new draft from its seed to the last step: each click with its seconds."""
    timed = []

    async def click(name: str, act: Callable[[], Any]) -> Any:
        await pause()
        began = time.perf_counter()
        answer = await act()
        timed.append((name, time.perf_counter() - began))
        return answer

    await click("drafts", lambda: visitor.open("/drafts"))
    visitor.press("New draft")
    await click("seed", visitor.follow)
    await click("seed chosen", lambda: visitor.choose("seed"))
    for step in list(STEPS)[1:]:
        path = visitor.path.rpartition("/")[0] + f"/{step}"
        await click(step, lambda path=path: visitor.open(path))
        if step == "population":
            await click("population chosen", lambda: visitor.choose("population"))
        elif step == "attributes":
            await click("sides shown", lambda: visitor.shows("median "))
        elif step == "output":
            await click("curve shown", lambda: visitor.shows("times a random draw"))
            await click("size", lambda: visitor.slide(600))
            await click("size", lambda: visitor.slide(400))
        else:
            await click("summary shown", lambda: visitor.shows("Learns from"))
    return timed


def resident_mb(process: int) -> float:
    """What a process holds in memory, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1_000


def tell(name: str, seconds: list[float]) -> None:
    """Median, 95th percentile and greatest of some times, in milliseconds."""
    ordered = sorted(MS * each for each in seconds)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(
        f"{name:<26}{statistics.median(ordered):7.0f} ms, 95 % within {high:6.0f} ms,"
        f" at most {ordered[-1]:6.0f} ms  n {len(ordered)}",
        flush=True,
    )
