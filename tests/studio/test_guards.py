"""Guards: hosts and origins that are foreign, bodies that are too large, too many asks."""

import asyncio

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from studio.services.access import Access
from studio.services.tokens import token_of
from studio.web.guards import BodyLimit, OwnAddress, RequestsAtOnce
from tests.studio.rest import ADDRESS, API, client_of, serving

PARTS = {"code", "object", "cause", "remedy"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("guards") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def client(studio):
    return client_of(studio)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8480",
        "127.0.0.1:9999",
        "127.0.0.1",
        "127.0.0.1.evil.example:8480",
        "localhost:8480@evil.example",
        "user@localhost:8480",
        "localhost:8480/x",
        "[::1",
        "",
    ],
)
def test_a_foreign_host_is_refused(client, host):
    answer = client.get(f"{API}/me", headers={"host": host})

    assert answer.status_code == 403
    assert set(answer.json()) == PARTS
    assert answer.json()["code"] == "foreign_host"


@pytest.mark.parametrize("host", ["127.0.0.1:8480", "LOCALHOST:8480", "[::1]:8480"])
def test_the_names_of_this_machine_are_its_own(client, host):
    assert client.get(f"{API}/me", headers={"host": host}).status_code == 200


def test_the_public_address_is_its_own_beside_them(studio):
    access = Access(public_url="https://studio.example")
    client = client_of(studio, access, host="studio.example")

    def archived(origin: str) -> int:
        answer = client.post(
            f"{API}/audiences/none/archive", headers={"origin": origin}
        )
        return answer.status_code

    assert archived("https://studio.example") == 404
    assert archived("https://studio.example.evil.example") == 403
    assert client.get(f"{API}/me", headers={"host": "other.example"}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "https://127.0.0.1:8480"},
        {"origin": ADDRESS, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_change_from_another_site_is_refused(client, method, headers):
    answer = client.request(method, f"{API}/audiences", headers=headers)

    assert answer.status_code == 403
    assert answer.json()["code"] == "foreign_origin"


def test_a_change_needs_an_origin_where_a_cookie_alone_says_who_asks(studio):
    client = client_of(studio, signed_in=False)
    token = token_of(studio.workshop.home)
    client.post("/sign-in", data={"token": token}, headers={"origin": ADDRESS})

    without = client.post(f"{API}/audiences/none/archive")
    own = client.post(f"{API}/audiences/none/archive", headers={"origin": ADDRESS})

    assert without.json()["code"] == "foreign_origin"
    assert own.json()["code"] == "unknown_audience"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"host": "evil.example:8480", "origin": "http://evil.example:8480"},
        {},
    ],
)
def test_a_socket_from_another_site_is_not_opened(studio, headers):
    client = client_of(studio, signed_in=False)
    token = token_of(studio.workshop.home)
    client.post("/sign-in", data={"token": token}, headers={"origin": ADDRESS})

    with (
        pytest.raises(WebSocketDisconnect) as refusal,
        client.websocket_connect(
            "ws://127.0.0.1:8480/_nicegui_ws/socket.io/", headers=headers
        ),
    ):
        pass

    assert refusal.value.code == 1008


def test_a_foreign_site_cannot_frame_or_read_an_answer(client):
    headers = client.get(f"{API}/me").headers

    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_a_body_that_is_too_large_is_refused_before_it_is_read(studio):
    access = Access(body_bytes=1_000, upload_bytes=5_000)
    client = client_of(studio, access)

    answer = client.post(f"{API}/audiences", content=b"x" * 1_001)
    upload = client.post(
        f"{API}/datasets/upload?file_name=a.csv&name=A", content=b"x" * 5_001
    )

    assert answer.status_code == upload.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_body_that_does_not_say_how_large_it_is_is_counted(studio):
    client = client_of(studio, Access(body_bytes=1_000, upload_bytes=5_000))
    uploads = studio.workshop.home.root / "uploads"

    def chunks(count: int):
        for _ in range(count):
            yield b"x" * 100

    answer = client.post(f"{API}/audiences", content=chunks(11))
    upload = client.post(
        f"{API}/datasets/upload?file_name=a.csv&name=A", content=chunks(51)
    )

    assert answer.status_code == upload.status_code == 413
    assert not uploads.exists() or list(uploads.iterdir()) == []


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "99999999999999999999"])
def test_a_length_that_is_none_is_refused(length):
    async def never(scope, receive, send):
        raise AssertionError("passed on")

    scope = {
        "type": "http",
        "path": "/",
        "method": "POST",
        "headers": [(b"content-length", length.encode())],
    }
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(BodyLimit(never, Access())(scope, None, send))

    assert sent[0]["status"] == 413


def test_a_client_has_so_many_unanswered_requests_and_no_more():
    answered = asyncio.Event()
    statuses = []

    async def slow(scope, receive, send):
        await answered.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard = RequestsAtOnce(slow, Access(requests_at_once=2))

    async def ask(client: str) -> None:
        scope = {"type": "http", "client": (client, 1), "headers": []}

        async def send(message):
            if message["type"] == "http.response.start":
                statuses.append((client, message["status"]))

        await guard(scope, None, send)

    async def everybody():
        asked = [asyncio.create_task(ask(name)) for name in ("a", "a", "a", "b")]
        await asyncio.sleep(0.01)
        answered.set()
        await asyncio.gather(*asked)

    asyncio.run(everybody())

    assert sorted(statuses) == [("a", 200), ("a", 200), ("a", 429), ("b", 200)]
    assert guard.at_work == {}


def test_without_a_port_any_of_this_machine_is_its_own():
    async def plain(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guarded = TestClient(OwnAddress(plain, Access()), base_url="http://localhost:1")

    assert guarded.get("/").status_code == 200
