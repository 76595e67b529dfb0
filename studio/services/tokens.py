"""The token of a home, and the tickets with which a browser signs in once.

The token stands in a file that its owner alone can read: who can read it owns the home.
A ticket opens one session within ten minutes, so that an address in a terminal, a history
or a log is worth nothing afterwards.
"""

import hashlib
import hmac
import secrets
import time
from contextlib import suppress
from pathlib import Path

from catalog.home import Home
from engines.atomic import write_text_whole
from engines.turns import turn
from studio.services.audit import Verb, record

TOKEN_FILE = "access_token"  # noqa: S105
TICKETS = "tickets"
TICKET_SECONDS = 600


def token_of(home: Home) -> str:
    """The home's token; made the first time that it is asked for."""
    return made_once(home.root / TOKEN_FILE)


def made_once(path: Path) -> str:
    """The secret in a file of the home, made where there is none."""
    if not path.exists():
        with turn(path.with_name(f"{path.name}.lock"), f"file '{path.name}'"):
            if not path.exists():
                write_text_whole(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii")


def renew_token(home: Home) -> str:
    """Another token: the old one and the sessions that it opened are worth nothing."""
    token = secrets.token_urlsafe(32)
    write_text_whole(home.root / TOKEN_FILE, token)
    record(home, Verb.token_renewed, "studio")
    return token


def is_token(home: Home, given: str) -> bool:
    """True for the home's token; takes as long for one that is nearly right."""
    return hmac.compare_digest(_digest(token_of(home)), _digest(given))


def token_mark(home: Home) -> str:
    """What sessions that the token opened remember of it, so that they end with it."""
    return _digest(token_of(home))[:16]


def new_ticket(home: Home) -> str:
    """A text that opens one session, once."""
    folder = home.root / TICKETS
    folder.mkdir(mode=0o700, exist_ok=True)
    _remove_old(folder)
    ticket = secrets.token_urlsafe(32)
    (folder / _digest(ticket)).touch(mode=0o600)
    return ticket


def sign_in_path(home: Home) -> str:
    """The path of a page that signs a browser in, once."""
    return f"/sign-in?token={new_ticket(home)}"


def take_ticket(home: Home, given: str) -> bool:
    """True for a ticket that is not yet used and not too old; from here on it is used."""
    path = home.root / TICKETS / _digest(given)
    try:
        age = time.time() - path.stat().st_mtime
        path.unlink()
    except FileNotFoundError:
        return False
    return age < TICKET_SECONDS


def _remove_old(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime >= TICKET_SECONDS:
                path.unlink()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
