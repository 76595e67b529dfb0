"""Who may do what: people, their roles, and what this home says of both."""

import hashlib
import os
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.home import Home
from catalog.yaml_document import parse_document, read_text

ACCESS_FILE = "access.yml"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LOCAL_NAME = "local"


class Role(StrEnum):
    """What a person may do; each role may do what those before it may."""

    viewer = "viewer"
    builder = "builder"
    admin = "admin"

    def covers(self, wanted: "Role") -> bool:
        """True where this role may do what the wanted one may.

        >>> Role.builder.covers(Role.viewer), Role.viewer.covers(Role.builder)
        (True, False)
        """
        order = list(Role)
        return order.index(self) >= order.index(wanted)


class User(Frozen):
    """Who is at work. `name` is shown to that person alone; logs have `id`."""

    name: str
    role: Role

    @property
    def id(self) -> str:
        """Who it is in logs: never a name or an address of a person.

        >>> User(name="local", role=Role.admin).id
        'local'
        >>> User(name="ada@example.org", role=Role.viewer).id
        'user-cfe00dde46ef'
        """
        return person_id(self.name)


def person_id(name: str) -> str:
    """The id of a person in logs, from the name that the login gives."""
    if name == LOCAL_NAME:
        return name
    return f"user-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


class OpenIdConnect(Frozen):
    """The identity provider at which people sign in; from LOOKALIKE_OIDC_*."""

    issuer: str = Field(pattern=r"^https?://\S+$")
    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1, repr=False)
    claim: str = Field(default="sub", min_length=1)


class TrustedProxy(Frozen):
    """The proxy that signs people in, and the header in which it names them."""

    header: str = Field(pattern=r"^[A-Za-z0-9-]+$")
    address: str

    @field_validator("address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return str(ip_network(value))


class Access(Frozen):
    """How people come in: roles from `access.yml`, logins from the environment.

    `roles` gives the role of each name, `default_role` that of everybody else who has
    signed in; without one they are refused. `public_url` is the studio's address for
    browsers where it is not this machine's own.
    """

    roles: dict[str, Role] = {}
    default_role: Role | None = None
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+/?$")
    session_hours: float = Field(default=12, gt=0, le=24 * 31)
    body_bytes: int = Field(default=10 << 20, gt=0)
    upload_bytes: int = Field(default=2 << 30, gt=0)
    requests_at_once: int = Field(default=64, gt=0)
    data_folders: tuple[Path, ...] = ()
    openid: OpenIdConnect | None = None
    proxy: TrustedProxy | None = None

    @model_validator(mode="after")
    def _openid_has_address(self) -> Self:
        if self.openid is not None and self.public_url is None:
            raise ValueError("login at a provider needs LOOKALIKE_PUBLIC_URL")
        return self

    @property
    def has_login(self) -> bool:
        """True where people sign in by a login, not by the token of this home alone."""
        return self.openid is not None or self.proxy is not None

    def leads_to_dagster(self, host: str | None) -> bool:
        """True where a browser that asks this host for a page can be led to Dagster.

        Dagster listens on loopback alone and knows no roles.
        """
        return not self.has_login and host in LOOPBACK

    @property
    def public_origin(self) -> str | None:
        """Scheme, host and port of `public_url`, as browsers send it."""
        return None if self.public_url is None else self.public_url.rstrip("/").lower()

    @property
    def public_host(self) -> str | None:
        """Host and port of `public_url`, as browsers send it."""
        return (
            None if self.public_origin is None else urlsplit(self.public_origin).netloc
        )

    def user(self, name: str) -> User | None:
        """The person whom a login named; None for one who has no role here."""
        role = self.roles.get(name, self.default_role)
        return None if role is None else User(name=name, role=role)


def read_access(home: Home) -> Access:
    """What the home and the environment say; StudioError `access_invalid` for nonsense."""
    values = {**_file_values(home.root / ACCESS_FILE), **_environment_values()}
    try:
        return Access.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise StudioError(
            "access_invalid",
            f"the access settings ({ACCESS_FILE} and LOOKALIKE_*)",
            f"are wrong at {place}: {first['msg']}",
            "mend them; docs/access.md lists what may stand there",
        ) from None


def _file_values(path: Path) -> dict[str, Any]:
    """What the file says; how people sign in is for the environment alone to say."""
    if not path.exists():
        return {}
    values: dict[str, Any] = parse_document(read_text(path), path.name).value()
    for name in ("openid", "proxy"):
        if name in values:
            raise StudioError(
                "access_invalid",
                f"file '{path.name}'",
                f"has the field {name}, which stands in the environment",
                "set LOOKALIKE_OIDC_* or LOOKALIKE_PROXY_* instead",
            )
    return values


def _environment_values() -> dict[str, Any]:
    """What the environment says, in the fields of the settings."""
    given = os.environ.get
    openid = {
        "issuer": given("LOOKALIKE_OIDC_ISSUER"),
        "client_id": given("LOOKALIKE_OIDC_CLIENT_ID"),
        "client_secret": given("LOOKALIKE_OIDC_CLIENT_SECRET"),
        "claim": given("LOOKALIKE_OIDC_CLAIM"),
    }
    proxy = {
        "header": given("LOOKALIKE_PROXY_USER_HEADER"),
        "address": given("LOOKALIKE_PROXY_ADDRESS"),
    }
    folders = given("LOOKALIKE_DATA_FOLDERS")
    values = {
        "public_url": given("LOOKALIKE_PUBLIC_URL"),
        "upload_bytes": given("LOOKALIKE_UPLOAD_BYTES"),
        "data_folders": folders.split(os.pathsep) if folders else None,
        "openid": _given(openid) or None,
        "proxy": _given(proxy) or None,
    }
    return _given(values)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


LOCAL = User(name=LOCAL_NAME, role=Role.admin)


def require(user: User, role: Role) -> User:
    """The user, if the role is enough; else StudioError `not_allowed`."""
    if not user.role.covers(role):
        raise StudioError(
            "not_allowed",
            f"the role {user.role}",
            f"may not do this, {role} is needed",
            "ask an admin of this studio to do it or to change your role",
        )
    return user


def refuse_open_door(host: str, access: Access) -> None:
    """Refuse to listen where others can reach the studio and nobody has to sign in."""
    if host in LOOPBACK or access.has_login:
        return
    raise StudioError(
        "login_needed",
        f"address '{host}'",
        "can be reached from other machines, and no login is set up",
        f"listen on {min(LOOPBACK)}, or set up a login (docs/access.md)",
    )
