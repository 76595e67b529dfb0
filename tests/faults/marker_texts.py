"""Marked people and secrets, and every form in which a text would be found again.

A mark is looked for as UTF-8, as UTF-16, escaped as JSON has it, and in base64 at each of
its three offsets.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

PEOPLE = 600
SEED_PEOPLE = 120
# Those whose rows are bad, or looked at one by one.
MARKED = ("Zoë Markstein", "Anders Märkl", "Ivo Merkzeichen")
SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "marker-secret-9f3b1c7e",
    "DBT_ENV_SECRET_TOKEN": "marker-token-77aa01d2",
    "LOOKALIKE_PASSWORD": "marker-password-c0ffee42",
}


def email(number: int) -> str:
    """The address of a person."""
    return f"marker.person{number}@example-mail.eu"


def phone(number: int) -> str:
    """The phone number of a person."""
    return f"+3526219{number:05d}"


def rows(count: int, *, start: int = 0) -> dict[str, list[object]]:
    """People with addresses and numbers in the clear, and a name that few people share."""
    numbers = range(start, start + count)
    return {
        "email": [email(each) for each in numbers],
        "phone": [phone(each) for each in numbers],
        "surname": [
            MARKED[each % 3] if each < 30 else f"Name {each % 9}" for each in numbers
        ],
        "age": [18 + each * 7 % 60 for each in numbers],
        "plan": [("basic", "plus", "top")[each % 3] for each in numbers],
    }


def marks() -> tuple[str, ...]:
    """What must not be found: parts that all addresses and numbers have, names, secrets."""
    return ("marker.person", "@example-mail.eu", "+3526219", *MARKED, *SECRETS.values())


def forms(text: str) -> set[bytes]:
    """The bytes by which a text is found, however it was written."""
    raw = text.encode()
    found = {raw, text.encode("utf-16-le"), text.encode("utf-16-be")}
    found.add(json.dumps(text)[1:-1].encode())
    found.add(json.dumps(json.dumps(text))[3:-3].encode())
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw)
        # Letters at either end also hold bits of what stands beside the text.
        found.add(whole[4 if offset else 0 : (len(raw) + offset) // 3 * 4])
    return {each for each in found if len(each) >= 6}


def hits(paths: Iterable[Path]) -> Iterator[str]:
    """Files that hold a mark in any form."""
    wanted = {mark: forms(mark) for mark in marks()}
    for path in paths:
        content = path.read_bytes()
        for mark, written in wanted.items():
            if any(each in content for each in written):
                yield f"{path} holds {mark}"
