"""Identifier types: what can join two datasets, and how a column is recognised as one.

A column is recognised by its name and by what its profile found in it (`looks_like`);
where the two disagree the content wins and the reason says so.
"""

import re

from catalog.datasets import ColumnProfile, Frozen
from catalog.names import shown


class IdentifierType(Frozen):
    """One kind of identifier. `is_personal`: it is an address or a number in the clear.

    `numbers` are names that mean it where almost every row has a value of its own.
    """

    name: str
    title: str
    is_hash: bool = False
    is_personal: bool = False
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


# In order of priority: the first one on both sides joins (B13).
_TYPES = (
    IdentifierType(
        name="user_id",
        title="user id",
        names=("userid", "uid", "useridentifier", "personid", "visitorid"),
        numbers=("userno", "usernumber", "benutzernr", "personennr", "personnummer"),
    ),
    IdentifierType(
        name="customer_id",
        title="customer id",
        names=("customerid", "custid", "clientid", "customernumber", "crmid"),
        numbers=(
            *("customerno", "customernr", "custno", "custnr", "clientno", "clientnr"),
            *("clientnumber", "kundennr", "kundennummer", "kundenid", "kdnr", "kdnnr"),
            *("kundenr", "kundnr", "klantnr", "klantnummer", "numeroclient"),
        ),
    ),
    IdentifierType(
        name="account_id",
        title="account id",
        names=("accountid", "accountnumber"),
        numbers=("accountno", "accountnr", "acctno", "kontonr", "kontonummer"),
    ),
    IdentifierType(
        name="member_id",
        title="member id",
        names=("memberid", "subscriberid"),
        numbers=(
            *("memberno", "membernr", "membernumber", "mitgliedsnr", "mitgliednr"),
            *("mitgliedsnummer", "mitgliedsid", "mitgliedid", "subscriberno"),
        ),
    ),
    IdentifierType(
        name="household_id",
        title="household id",
        names=("householdid", "hhid"),
        numbers=("householdno", "haushaltsnr", "haushaltsnummer"),
    ),
    IdentifierType(
        name="sha256_hashed_email",
        title="SHA-256 of the e-mail address",
        is_hash=True,
        names=("sha256hashedemail", "emailsha256", "hashedemail", "hem", "emailhash"),
    ),
    IdentifierType(
        name="sha1_hashed_email",
        title="SHA-1 of the e-mail address",
        is_hash=True,
        names=("sha1hashedemail", "emailsha1"),
    ),
    IdentifierType(
        name="md5_hashed_email",
        title="MD5 of the e-mail address",
        is_hash=True,
        names=("md5hashedemail", "emailmd5"),
    ),
    IdentifierType(
        name="hashed_phone",
        title="hash of the phone number",
        is_hash=True,
        names=("hashedphone", "phonehash", "phonesha256", "sha256hashedphone"),
    ),
    IdentifierType(
        name="maid",
        title="mobile advertising id",
        names=("maid", "idfa", "gaid", "aaid", "adid", "mobileadid", "advertisingid"),
    ),
    IdentifierType(name="uid2", title="Unified ID 2.0", names=("uid2", "uid2token")),
    IdentifierType(name="ramp_id", title="RampID", names=("rampid", "idl")),
    IdentifierType(
        name="cookie_id", title="cookie id", names=("cookieid", "cookie", "gaclientid")
    ),
    IdentifierType(name="device_id", title="device id", names=("deviceid",)),
    IdentifierType(
        name="email",
        title="e-mail address",
        is_personal=True,
        names=("email", "emailaddress", "mail", "mailaddress"),
    ),
    IdentifierType(
        name="phone",
        title="phone number",
        is_personal=True,
        names=("phone", "phonenumber", "mobile", "mobilenumber", "telephone", "msisdn"),
    ),
)

IDENTIFIER_TYPES: dict[str, IdentifierType] = {kind.name: kind for kind in _TYPES}

_BY_NAME = {name: kind for kind in _TYPES for name in kind.names}
_BY_NUMBER = {name: kind for kind in _TYPES for name in kind.numbers}
_HASHES = {
    "sha256": "sha256_hashed_email",
    "sha1": "sha1_hashed_email",
    "md5": "md5_hashed_email",
}
_NAMED_LIKE_AN_ID = re.compile(r"(^|[_\s.-])(id|key|uuid|guid)$|[a-z](Id|ID)$")
LEAST_ROWS_TO_JUDGE = 25
MOST_VALUES_OF_A_FLAG = 10


class Recognition(Frozen):
    """What kind of identifier a column seems to be, how surely, and why."""

    identifier_type: str
    confidence: float
    reason: str


def is_hash(identifier_type: str | None) -> bool:
    """True for identifiers that are hashes, which alone may be shown."""
    known = IDENTIFIER_TYPES.get(identifier_type or "")
    return known is not None and known.is_hash


def is_personal(identifier_type: str | None) -> bool:
    """True for an address or number in the clear; a type of the user's own is not."""
    known = IDENTIFIER_TYPES.get(identifier_type or "")
    return known is not None and known.is_personal


def identifier_named(slug: str) -> str | None:
    """The identifier type that a column's slug says, whatever the column holds.

    >>> identifier_named("kundennr"), identifier_named("customer_id")
    ('customer_id', 'customer_id')
    """
    plain = _plain(slug)
    known = _BY_NAME.get(plain) or _BY_NUMBER.get(plain)
    return known.name if known else None


def _plain(slug: str) -> str:
    return re.sub(r"[^a-z0-9]", "", slug)


def priority(identifier_type: str) -> tuple[bool, int, str]:
    """Sort key of identifier types: the first is the best to join with.

    Types of the user's own come after the known ones, addresses and numbers in the
    clear come last.
    """
    order = list(IDENTIFIER_TYPES)
    known = identifier_type in IDENTIFIER_TYPES
    position = order.index(identifier_type) if known else len(order)
    return is_personal(identifier_type), position, identifier_type


def recognise(
    column: str, slug: str, profile: ColumnProfile | None, rows: int
) -> Recognition | None:
    """Which identifier a column is, by its name and its content; null for none."""
    named = _BY_NAME.get(_plain(slug))
    content = profile.looks_like if profile else None
    numbered = _BY_NUMBER.get(_plain(slug))
    is_plain_id = numbered is not None or (
        named is not None and not (named.is_hash or named.is_personal)
    )
    # Ten digits may be a phone number, but a column that is named as an id says more.
    if content == "email" or (content == "phone" and not is_plain_id):
        return _personal(column, content, named)
    if content in _HASHES:
        return _hashed(column, content, named)
    if named is None:
        return _by_uniqueness(column, slug, profile, rows)
    if named.is_hash or named.is_personal:
        if profile is not None and profile.distinct <= MOST_VALUES_OF_A_FLAG:
            return None
        return Recognition(
            identifier_type=named.name,
            confidence=0.5,
            reason=f"its name {shown(column)} says {named.title}, its values do not show it",
        )
    return Recognition(
        identifier_type=named.name,
        confidence=0.9,
        reason=f"its name {shown(column)} says {named.title}",
    )


def _personal(column: str, content: str, named: IdentifierType | None) -> Recognition:
    title = IDENTIFIER_TYPES[content].title
    reason = f"its values look like a raw {title}: personal data, used only to join"
    if named is not None and named.is_hash:
        reason = f"it is named {shown(column)} but its values look like a raw {title}"
    return Recognition(identifier_type=content, confidence=0.95, reason=reason)


def _hashed(column: str, content: str, named: IdentifierType | None) -> Recognition:
    digest = content.upper().replace("SHA", "SHA-")
    if named is not None and named.name in ("phone", "hashed_phone"):
        kind = "hashed_phone"
    elif named is not None and not named.is_hash and not named.is_personal:
        kind = named.name
    else:
        kind = _HASHES[content]
    if named is None:
        return Recognition(
            identifier_type=kind,
            confidence=0.6,
            reason=f"its values are {digest} hashes; of e-mail addresses, most likely",
        )
    return Recognition(
        identifier_type=kind,
        confidence=0.95,
        reason=f"its name {shown(column)} and its values ({digest} hashes) say so",
    )


def _by_uniqueness(
    column: str, slug: str, profile: ColumnProfile | None, rows: int
) -> Recognition | None:
    """A column named like an id, with a value of its own in almost every row."""
    if slug == "id":
        return Recognition(
            identifier_type="user_id",
            confidence=0.6,
            reason=f"it is named {shown(column)}; user id, most likely",
        )
    if profile is None or rows < LEAST_ROWS_TO_JUDGE or profile.distinct <= 0.9 * rows:
        return None
    numbered = _BY_NUMBER.get(_plain(slug))
    if numbered is not None:
        return Recognition(
            identifier_type=numbered.name,
            confidence=0.8,
            reason=f"its name {shown(column)} says {numbered.title} and almost every row"
            " has its own value",
        )
    if not _NAMED_LIKE_AN_ID.search(column):
        return None
    return Recognition(
        identifier_type=slug,
        confidence=0.6,
        reason=f"it is named {shown(column)} and almost every row has its own value",
    )
