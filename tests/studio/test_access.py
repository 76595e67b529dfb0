"""Who comes in: the token, tickets, logins, roles; and the record of what they did."""

import json
import os
import re
import string
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.websockets import WebSocketDisconnect

from catalog.errors import StudioError
from catalog.home import create_home
from studio.services import audit, failed_sign_ins
from studio.services.access import (
    Access,
    Role,
    User,
    person_id,
    read_access,
    refuse_open_door,
    require,
)
from studio.services.audit import Verb, acting_as, record
from studio.services.failed_sign_ins import FailedSignIns, Way
from studio.services.sign_outs import SIGN_OUTS, SignOuts
from studio.services.tokens import (
    TICKETS,
    new_ticket,
    renew_token,
    sign_in_path,
    take_ticket,
    token_of,
)
from tests.studio.conftest import ask, assert_refused
from tests.studio.rest import ADDRESS, API, client_of, serving

OWN = {"origin": ADDRESS}
PROXY = {"header": "X-Forwarded-User", "address": "10.1.0.0/16"}
PROVIDER = {"issuer": "https://login.example", "client_id": "s", "client_secret": "t"}


@pytest.fixture
def home(tmp_path):
    return create_home(tmp_path / "home")


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("access") / "home") as opened:
        yield opened


def verbs_of(home) -> list[tuple[str, str, str]]:
    return [(each.who, each.verb, each.object) for each in audit.read(home)]


# The token and tickets


def test_a_home_has_one_token_for_its_owners_eyes(home):
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: token_of(home), range(16)))

    path = home.root / "access_token"
    assert len(made) == 1
    assert len(made.pop()) >= 40
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "at", ["secrets.token_urlsafe", "os.fdopen", "os.link", "os.fsync", "os.replace"]
)
def test_a_token_whose_making_was_killed_is_made_and_leaves_nothing(home, at):
    module, call = at.split(".")
    killed = (
        f"import os, secrets, sys; from pathlib import Path\n"
        f"from catalog.home import Home; from studio.services.tokens import token_of\n"
        f"{module}.{call} = lambda *_, **__: os._exit(9)\n"
        f"token_of(Home(Path(sys.argv[1])))"
    )
    subprocess.run([sys.executable, "-c", killed, home.root], check=False)

    found = [token_of(home) for _ in range(2)]

    assert found[0] == found[1]
    assert {path.name for path in home.root.glob("*access_token*")} <= {
        "access_token",
        "access_token.lock",
    }


@pytest.mark.parametrize(
    "path", ["/", "/audiences", "/_nicegui/x/static/a.js", "/nowhere", f"{API}/me"]
)
@pytest.mark.parametrize(
    "given", [None, "Bearer wrong", "Bearer", "Basic YTpi", "x" * 9]
)
def test_nothing_is_shown_to_who_has_not_signed_in(studio, path, given):
    client = client_of(studio, signed_in=False)
    headers = {} if given is None else {"authorization": given}

    answer = client.get(path, headers=headers)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"


def test_a_person_who_has_not_signed_in_is_led_to_the_sign_in_page(studio):
    client = client_of(studio, signed_in=False, accept="text/html")

    answer = client.get("/audiences?tag=a&search=b")
    page = client.get(answer.headers["location"])

    assert answer.status_code == 303
    assert page.status_code == 200
    assert 'value="/audiences?tag=a&amp;search=b"' in page.text


def test_a_socket_is_for_people_who_have_signed_in(studio):
    client = client_of(studio, signed_in=False)

    with (
        pytest.raises(WebSocketDisconnect) as refusal,
        client.websocket_connect(
            "ws://127.0.0.1:8480/_nicegui_ws/socket.io/", headers=OWN
        ),
    ):
        pass

    assert refusal.value.code == 1008


def test_a_ticket_opens_one_session_once(studio):
    path = sign_in_path(studio.workshop.home)
    client = client_of(studio, signed_in=False)

    first = client.get(path)
    inside = client.get(f"{API}/me").json()
    second = client_of(studio, signed_in=False).get(path)

    cookie = first.headers["set-cookie"].lower()
    assert first.status_code == 303
    assert first.headers["location"] == "/"
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert inside == {"name": "local", "role": "admin"}
    assert second.status_code == 401
    assert "set-cookie" not in second.headers


def test_a_sign_in_that_failed_says_the_way_on(studio):
    page = client_of(studio, signed_in=False).get("/sign-in?token=used").text

    assert "Open a new one, or give the token." in page
    assert "lookalike token --sign-in" in page


def test_a_ticket_grows_old(home):
    ticket = new_ticket(home)
    (path,) = (home.root / TICKETS).iterdir()
    os.utime(path, (0, 0))

    assert not take_ticket(home, ticket)
    assert not take_ticket(home, "../access_token")


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb: c"]
)
def test_signing_in_leads_to_the_studios_own_pages_alone(studio, to):
    client = client_of(studio, signed_in=False)
    token = token_of(studio.workshop.home)

    answer = client.post("/sign-in", data={"token": token, "to": to}, headers=OWN)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_a_wrong_token_opens_no_session_and_is_not_shown(studio):
    client = client_of(studio, signed_in=False)
    given = '"><script>alert(1)</script>'

    answer = client.post(
        "/sign-in", data={"token": given, "to": f"/{given}"}, headers=OWN
    )

    assert answer.status_code == 401
    assert "<script>alert" not in answer.text
    assert "set-cookie" not in answer.headers


def test_a_form_without_a_token_is_shown_again(studio):
    answer = client_of(studio, signed_in=False).post("/sign-in", headers=OWN)

    assert answer.status_code == 401
    assert "This is not the token of this studio." in answer.text


def test_sessions_end_by_sign_out_by_forgery_and_with_the_token(tmp_path):
    with serving(tmp_path / "home") as opened:
        client = client_of(opened, signed_in=False)

        def is_inside() -> bool:
            return client.get(f"{API}/me").status_code == 200

        client.get(sign_in_path(opened.workshop.home))
        assert is_inside()
        client.post("/sign-out", headers=OWN)
        assert not is_inside()

        client.get(sign_in_path(opened.workshop.home))
        ((name, value),) = client.cookies.items()
        client.cookies.clear()
        middle = len(value) - 10  # of its signature
        other = "B" if value[middle] == "A" else "A"
        client.cookies.set(name, value[:middle] + other + value[middle + 1 :])
        assert not is_inside()
        client.cookies.clear()
        client.cookies.set(name, value)
        assert is_inside()
        old = token_of(opened.workshop.home)
        renew_token(opened.workshop.home)
        assert not is_inside()
        bearer = {"authorization": f"Bearer {old}"}
        client.cookies.clear()
        assert client.get(f"{API}/me", headers=bearer).status_code == 401


def test_a_session_that_was_signed_out_stays_so_when_the_studio_starts_again(tmp_path):
    with serving(tmp_path / "home") as opened:
        client = client_of(opened, signed_in=False)
        client.get(sign_in_path(opened.workshop.home))
        ((name, value),) = client.cookies.items()
        client.get(sign_in_path(opened.workshop.home))
        ((_, other),) = client.cookies.items()
        client.cookies.clear()
        client.cookies.set(name, value)
        client.post("/sign-out", headers=OWN)

    with serving(tmp_path / "home") as opened:
        client = client_of(opened, signed_in=False)

        def is_inside(cookie: str) -> bool:
            client.cookies.clear()
            client.cookies.set(name, cookie)
            return client.get(f"{API}/me").status_code == 200

        assert is_inside(other)
        # The last digit of a signature has two bits that say nothing.
        letters = string.ascii_letters + string.digits + "-_"
        assert not any(is_inside(value[:-1] + each) for each in letters)

    kept = tmp_path / "home" / SIGN_OUTS
    assert kept.stat().st_mode & 0o777 == 0o600
    text = kept.read_text()
    assert not any(part in text for part in value.split("."))


def test_sign_outs_are_forgotten_once_the_sessions_would_have_ended(home):
    now = time.time()
    ended = SignOuts(home)
    ended.add("long ago", now - 100, 50)
    ended.add("late", now - 10, 50)
    ended.add("now", now, 50)

    again = SignOuts(home)

    assert [each in again for each in ("long ago", "late", "now")] == [
        False,
        True,
        True,
    ]
    assert len(json.loads((home.root / SIGN_OUTS).read_text())) == 2


@pytest.mark.parametrize("text", ["", "[]", '{"a": "b"}', "\xff"])
def test_a_damaged_list_of_sign_outs_lets_the_studio_start(home, text):
    (home.root / SIGN_OUTS).write_text(text)

    ended = SignOuts(home)
    ended.add("now", time.time(), 50)

    assert "now" in SignOuts(home)


# Roles and logins


def test_roles_cover_those_below_them():
    with pytest.raises(StudioError) as refusal:
        require(User(name="ada", role=Role.viewer), Role.builder)

    assert refusal.value.code == "not_allowed"
    assert require(User(name="ada", role=Role.admin), Role.builder).name == "ada"


@pytest.mark.parametrize(
    ("role", "looks", "changes", "reads_audit"),
    [("viewer", 200, 403, 403), ("builder", 200, 404, 403), ("admin", 200, 404, 200)],
)
def test_a_role_is_enough_or_not(studio, role, looks, changes, reads_audit):
    access = Access.model_validate({"proxy": PROXY, "roles": {"ada": role}})
    client = client_of(studio, access, signed_in=False)
    client._transport.client = ("10.1.2.3", 1)  # what the proxy's connection has
    named = {"X-Forwarded-User": "ada", **OWN}

    assert client.get(f"{API}/audiences", headers=named).status_code == looks
    changed = client.post(f"{API}/audiences/none/archive", headers=named)
    assert changed.status_code == changes
    assert client.get(f"{API}/audit", headers=named).status_code == reads_audit


@pytest.mark.parametrize(
    ("address", "header", "name"),
    [
        ("10.2.0.1", "X-Forwarded-User", "ada"),
        ("10.1.2.3", "X-Other", "ada"),
        ("10.1.2.3", "X-Forwarded-User", "mallory"),
        ("10.1.2.3", "X-Forwarded-User", ""),
        ("testclient", "X-Forwarded-User", "ada"),
    ],
)
def test_a_name_counts_from_the_proxy_and_for_people_with_a_role(
    studio, address, header, name
):
    access = Access.model_validate({"proxy": PROXY, "roles": {"ada": "admin"}})
    client = client_of(studio, access, signed_in=False)
    client._transport.client = (address, 1)

    assert client.get(f"{API}/me", headers={header: name}).status_code == 401


def test_a_header_means_nothing_where_no_proxy_is_named(studio):
    client = client_of(studio, signed_in=False)

    answer = client.get(f"{API}/me", headers={"X-Forwarded-User": "local"})

    assert answer.status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "studio.example"])  # noqa: S104
def test_listening_for_others_needs_a_login(host):
    with pytest.raises(StudioError) as refusal:
        refuse_open_door(host, Access())

    assert refusal.value.code == "login_needed"
    refuse_open_door(host, Access.model_validate({"proxy": PROXY}))


@pytest.mark.parametrize(
    ("host", "login", "told"),
    [
        ("0.0.0.0", None, "no login is set up"),  # noqa: S104
        (
            "203.0.113.7",
            "X-User",
            "none of this machine",
        ),  # kept for documentation: nobody's
        ("no.such.host.invalid", "X-User", "none of this machine"),
    ],
)
def test_the_command_listens_elsewhere_only_with_a_login(
    home, monkeypatch, host, login, told
):
    monkeypatch.setenv("LOOKALIKE_HOME", str(home.root))
    if login:
        monkeypatch.setenv("LOOKALIKE_PROXY_USER_HEADER", login)
        monkeypatch.setenv("LOOKALIKE_PROXY_ADDRESS", "10.1.0.7")
    answer = ask("up", "--no-dagster", "--host", host)

    assert_refused(answer, host, told)


def test_settings_come_from_the_file_and_the_environment(home, monkeypatch):
    (home.root / "access.yml").write_text(
        "roles:\n  ada: admin\n  grace: builder\ndefault_role: viewer\n"
    )
    monkeypatch.setenv("LOOKALIKE_PUBLIC_URL", "https://Studio.example/")
    for field, value in PROVIDER.items():
        monkeypatch.setenv(f"LOOKALIKE_OIDC_{field.upper()}", value)

    access = read_access(home)

    assert access.user("ada").role is Role.admin
    assert access.user("somebody").role is Role.viewer
    assert access.public_host == "studio.example"
    assert access.openid.claim == "sub"
    assert "client_secret" not in repr(access)


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("roles: {ada: king}", None),
        ("colour: red", None),
        ("openid: {issuer: x}", None),
        ("- a", None),
        ("", ("LOOKALIKE_PROXY_USER_HEADER", "X-User")),
        ("", ("LOOKALIKE_OIDC_ISSUER", "https://login.example")),
        ("", ("LOOKALIKE_UPLOAD_BYTES", "many")),
        ("", ("LOOKALIKE_PUBLIC_URL", "studio")),
    ],
)
def test_settings_that_are_wrong_are_refused(home, monkeypatch, text, variable):
    if text:
        (home.root / "access.yml").write_text(text)
    if variable:
        monkeypatch.setenv(*variable)

    with pytest.raises(StudioError) as refusal:
        read_access(home)

    assert refusal.value.code in ("access_invalid", "document_invalid")
    assert refusal.value.remedy


def provider_application(issuer: str, claims: dict):
    """A provider that signs in whoever asks, as the standard has it."""
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse
    from joserfc import jwt
    from joserfc.jwk import RSAKey

    key = RSAKey.generate_key(2048, {"kid": "1"})
    web = FastAPI()

    @web.get("/.well-known/openid-configuration")
    def metadata() -> dict:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    @web.get("/keys")
    def keys() -> dict:
        return {"keys": [key.as_dict(private=False)]}

    @web.post("/token")
    async def token(request: Request) -> JSONResponse:
        await request.body()
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)
        return JSONResponse(
            {"access_token": "a", "token_type": "bearer", "id_token": signed}
        )

    return web


@pytest.mark.parametrize(
    ("name", "status", "inside"), [("ada", 200, 200), ("mallory", 403, 401)]
)
def test_people_sign_in_at_a_provider(studio, monkeypatch, name, status, inside):
    import time

    import httpx

    from studio.web import sign_in

    issuer, claims = PROVIDER["issuer"], {}
    transport = httpx.ASGITransport(provider_application(issuer, claims))
    opened = sign_in.open_provider

    def to_the_fake(openid):
        client = opened(openid)
        client.client_kwargs["transport"] = transport
        return client

    monkeypatch.setattr(sign_in, "open_provider", to_the_fake)
    access = Access.model_validate(
        {"openid": PROVIDER, "roles": {"ada": "builder"}, "public_url": ADDRESS}
    )
    client = client_of(studio, access, signed_in=False)

    sent = client.get("/sign-in/start")
    asked = httpx.URL(sent.headers["location"]).params
    now = int(time.time())
    claims |= {"iss": issuer, "sub": name, "aud": "s", "iat": now, "exp": now + 60}
    claims["nonce"] = asked["nonce"]
    back = client.get("/sign-in/done", params={"code": "c", "state": asked["state"]})
    forged = client_of(studio, access, signed_in=False).get(
        "/sign-in/done", params={"code": "c", "state": asked["state"]}
    )

    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ADDRESS}/sign-in/done"
    assert back.status_code == status, back.text
    assert client.get(f"{API}/me").status_code == inside
    assert forged.status_code == 401
    refused = (person_id(name), "sign_in_failed", "provider/1")
    assert (refused in verbs_of(studio.workshop.home)) == (status == 403)


@pytest.mark.parametrize("claims", [{}, {"email": ""}, {"email": " "}, {"email": []}])
def test_a_provider_that_names_nobody_lets_nobody_in(studio, monkeypatch, claims):
    from studio.web import sign_in

    class Naming:
        async def authorize_access_token(self, _):
            return {"userinfo": {"sub": "ada", **claims}}

    monkeypatch.setattr(sign_in, "open_provider", lambda _: Naming())
    openid = {**PROVIDER, "claim": "email"}
    access = {"openid": openid, "default_role": "viewer", "public_url": ADDRESS}
    client = client_of(studio, Access.model_validate(access), signed_in=False)

    answer = client.get("/sign-in/done")

    assert answer.status_code == 403
    assert "did not say who you are" in answer.text and "email" in answer.text
    assert client.get(f"{API}/me").status_code == 401


@pytest.mark.parametrize("path", ["/sign-in/start", "/sign-in/done"])
def test_a_provider_that_cannot_be_reached_is_told_and_can_be_tried_again(
    studio, monkeypatch, path
):
    import httpx

    from studio.web import sign_in

    class Unreachable:
        async def authorize_redirect(self, *_):
            raise httpx.ConnectError("refused")

        authorize_access_token = authorize_redirect

    monkeypatch.setattr(sign_in, "open_provider", lambda _: Unreachable())
    access = Access.model_validate({"openid": PROVIDER, "public_url": ADDRESS})
    client = client_of(studio, access, signed_in=False)

    answer = client.get(path)

    assert answer.status_code == 503
    assert 'href="/sign-in/start">Try again' in answer.text


# The audit log


def test_lines_hold_on_to_one_another(home):
    with acting_as("user-1"):
        record(home, Verb.build_asked, "audience/a")
    record(home, Verb.served, "audience/a/2")

    first, second = audit.read(home)

    assert (first.who, second.who) == ("user-1", "command-line")
    assert second.previous == first.hash
    assert (home.root / "audit.log").stat().st_mode & 0o777 == 0o600


def test_lines_of_many_writers_are_one_after_the_other(home):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: record(home, Verb.served, f"a/{n}"), range(24)))

    assert [each.number for each in audit.read(home)] == list(range(1, 25))


def change_who(lines: list[str]) -> list[str]:
    return [lines[0].replace("command-line", "somebody-elsE"), *lines[1:]]


def forge(lines: list[str]) -> list[str]:
    """Change a line and mend its own hash, as somebody who knows how would."""
    values = json.loads(lines[0])
    forged = audit.AuditRecord.model_validate({**values, "who": "x", "hash": ""})
    whole = forged.model_copy(update={"hash": forged.digest()})
    return [whole.model_dump_json(), *lines[1:]]


@pytest.mark.parametrize(
    "tamper",
    [
        change_who,
        forge,
        lambda lines: lines[1:],
        lambda lines: lines[:-1],
        lambda lines: [],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [*lines[:2], lines[1], lines[2]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0], "no record", lines[2]],
    ],
)
def test_a_log_that_was_tampered_with_is_noticed(home, tamper, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_HOME", str(home.root))
    for number in range(3):
        record(home, Verb.served, f"audience/a/{number}")
    path = home.root / "audit.log"
    lines = tamper(path.read_text().splitlines())
    path.write_text("".join(f"{line}\n" for line in lines))

    assert_refused(ask("audit", "--verify"), "audit log")


def test_a_line_that_was_written_before_a_crash_is_no_tampering(home):
    record(home, Verb.served, "audience/a/1")
    head = (home.root / "audit.head").read_text()
    record(home, Verb.served, "audience/a/2")
    (home.root / "audit.head").write_text(head)

    assert len(audit.read(home)) == 2


def test_a_sign_out_is_in_the_log_once(tmp_path):
    with serving(tmp_path / "home") as opened:
        client = client_of(opened, signed_in=False)
        client.get(sign_in_path(opened.workshop.home))

        client.post("/sign-out", headers=OWN)
        client.post("/sign-out", headers=OWN)

        assert verbs_of(opened.workshop.home) == [
            ("local", "signed_in", "studio"),
            ("local", "signed_out", "studio"),
        ]


def test_a_session_ends_where_the_log_cannot_be_written_to(tmp_path):
    with serving(tmp_path / "home") as opened:
        client = client_of(opened, signed_in=False)
        client.get(sign_in_path(opened.workshop.home))
        (cookie,) = client.cookies.items()
        (opened.workshop.home.root / "audit.log").write_text("half a line")

        answer = client.post("/sign-out", headers=OWN)
        client.cookies.set(*cookie)

        assert answer.status_code == 303
        assert client.get(f"{API}/me").status_code == 401


def test_sign_ins_that_failed_are_in_the_log_without_what_was_given(tmp_path):
    given = "ada@example.org +4915112345678"
    with serving(tmp_path / "home") as opened:
        client = client_of(opened, signed_in=False)

        client.get("/sign-in", params={"token": given})
        client.post("/sign-in", data={"token": given}, headers=OWN)
        client.get(f"{API}/me", headers={"authorization": f"Bearer {given}"})
        client.get(f"{API}/me")

        assert verbs_of(opened.workshop.home) == [
            ("unknown", "sign_in_failed", "ticket/1"),
            ("unknown", "sign_in_failed", "token/1"),
            ("unknown", "sign_in_failed", "token/2"),
        ]
        log = (opened.workshop.home.root / "audit.log").read_text()
        assert not any(part in log for part in given.split())


def test_whom_a_proxy_names_without_a_role_is_an_id_in_the_log(tmp_path):
    access = Access.model_validate(
        {"proxy": {"header": "X-User", "address": "10.1.2.3"}, "roles": {}}
    )
    with serving(tmp_path / "home") as opened:
        client = client_of(opened, access, signed_in=False)
        client._transport.client = ("10.1.2.3", 1)

        client.get(f"{API}/me", headers={"X-User": "ada@example.org"})

        named = User(name="ada@example.org", role=Role.viewer).id
        assert verbs_of(opened.workshop.home) == [(named, "sign_in_failed", "proxy/1")]


def test_a_flood_of_failed_sign_ins_does_not_fill_the_log(home, monkeypatch):
    failed = FailedSignIns(home)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: failed.note(Way.token), range(1_000)))
    monkeypatch.setattr(failed_sign_ins, "WINDOW_SECONDS", 0)

    failed.note(Way.token)

    objects = sorted(each.object for each in audit.read(home))
    numbers = sorted([1, *(2**n for n in range(10))])
    assert objects == sorted(f"token/{number}" for number in numbers)


def test_the_command_prints_who_did_what(home, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_HOME", str(home.root))
    with acting_as(User(name="ada@example.org", role=Role.viewer).id):
        record(home, Verb.exported, "audience/a/1")
    record(home, Verb.served, "audience/a/1")

    everything = ask("audit", "--json").json
    hers = ask("audit", "--who", "ada@example.org").out

    assert [each["verb"] for each in everything] == ["exported", "served"]
    assert "exported" in hers and "served" not in hers
    assert "ada@example.org" not in hers
    assert "2 lines" in ask("audit", "--verify").out


def test_the_command_prints_the_token_and_a_path_that_signs_in(home, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_HOME", str(home.root))

    shown = ask("token").out.strip()
    path = ask("token", "--sign-in").out.strip()
    renewed = ask("token", "--renew").out.strip()

    assert renewed == ask("token").out.strip()
    assert renewed != shown
    assert re.fullmatch(r"/sign-in\?token=[\w-]{40,}", path)
    assert take_ticket(home, path.partition("=")[2])
