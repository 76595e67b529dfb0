"""Hostile texts: distinct, of fixed kinds, each with a canary that execution would leave.

Each text does something that can be seen afterwards if it is ever run instead of kept:
a file made under `CANARIES`, the value of the environment variable `VARIABLE`, a table
called `canary_…`, the product `PRODUCT` or a page's `window.canary`. `{n}` in a template
is the text's own number, so that two texts of one kind differ and a trace names its text.
"""

import random
import unicodedata
from dataclasses import dataclass

CANARIES = "/tmp/lookalike_canaries"  # noqa: S108
VARIABLE = "LOOKALIKE_CANARY"
VALUE = "canaryvalue5d1c9e"
FACTORS, PRODUCT = "77777 * 77771", "6048795067"
ASKED = "http://127.0.0.1:9/canary"
WORDS = (
    "age",
    "job",
    "Größe",
    "plan",
    "balance",
    "pays",
    "x",
    "市",
    "e",
    "last contact",
)

_FILE = CANARIES + "/{n}"
KINDS: dict[str, tuple[str, ...]] = {
    "sql": (
        '"; drop table members; create table canary_{n} as select 1; --',
        "'); create table canary_{n} (a int); --",
        "' union select content from read_text('/etc/passwd') -- {n}",
        "\" || getenv('LOOKALIKE_CANARY') || \"{n}",
        "'; copy (select 1) to '" + _FILE + "'; --",
        "\"); copy (select 1) to '" + _FILE + "'; --",
        "'; attach '" + _FILE + "' as canary_{n}; --",
        "/* {n} */ -- ; /*",
        "$${n}$$; $tag$ $1 ?1 :name",
        "a\"\"b''c;{n}",
        "\\'; install httpfs; load httpfs; -- {n}",
    ),
    "jinja": (
        "{{{{ " + FACTORS + " }}}}{n}",
        "{{{{ env_var('LOOKALIKE_CANARY') }}}}{n}",
        "{{{{ run_query('create table canary_{n} as select 1') }}}}",
        "{{% set x = " + FACTORS + " %}}{{{{ x }}}}{n}",
        "{{# {n} #}}",
        "{{% raw %}}{n}",
        "{{{{ ''.__class__.__mro__[1].__subclasses__() }}}}{n}",
        "{{{{ modules.os.system('touch " + _FILE + "') }}}}",
        "}}}} {{% endraw %}} {{{{ {n}",
    ),
    "shell": (
        "$(touch " + _FILE + ")",
        "`touch " + _FILE + "`",
        "| touch " + _FILE,
        "; touch " + _FILE + " #",
        "&& touch " + _FILE,
        "${{LOOKALIKE_CANARY}}{n}",
        "$LOOKALIKE_CANARY {n}",
        "--config=" + _FILE,
        "~/{n} * ? [a-z]",
    ),
    "html": (
        "<script>window.canary={n};alert({n})</script>",
        '<img src=x onerror="window.canary={n}">',
        "</script></style></title><script>window.canary={n}</script>",
        "javascript:window.canary={n}",
        "<svg/onload=window.canary={n}>",
        '"><iframe src="' + ASKED + '/{n}"></iframe>',
        '<a href="javascript:window.canary={n}">here</a>',
        "<!-- {n}",
        "]]><script>window.canary={n}</script>",
        "&lt;b&gt; &amp;#{n}; &nbsp;",
        "<style>@import '" + ASKED + "/{n}';</style>",
        "<link rel=stylesheet href=" + ASKED + "/{n}>",
    ),
    "markdown": (
        "![{n}](" + ASKED + "/{n}.png)",
        "[{n}](javascript:window.canary={n})",
        "](x) ![](" + ASKED + "/{n}) [",
        "<" + ASKED + "/{n}>",
        "**{n}** _a_ `b` ~~c~~ | d | # e",
        "```{n}",
        "[a]: " + ASKED + "/{n}",
    ),
    "format": (
        "%s%s%n%d{n}",
        "{{0}}{{}}{{{n}}}",
        "{{0.__class__.__init__.__globals__}}{n}",
        "%({n})s %%",
        "\\x41\\u0041\\n{n}",
        "datum.x + " + FACTORS + " {n}",
        "@{{{n}}} #{{" + FACTORS + "}}",
    ),
    "path": (
        "../../../../tmp/lookalike_canaries/{n}",
        _FILE,
        "..\\..\\{n}",
        "CON.{n}",
        "C:\\{n}",
        "file:///tmp/lookalike_canaries/{n}",
        "[ab]{n}*?.csv",
        "*{n}",
        ".{n}.",
        "s3://canary/{n}",
    ),
    "sheet": (
        "=cmd|'/c touch " + _FILE + "'!A0",
        "@SUM(1+{n})*cmd|' /C calc'!A0",
        "+{n}+1",
        "-{n}+1",
        '=HYPERLINK("' + ASKED + '/{n}")',
        "\t={n}",
    ),
    "yaml": (
        "!!python/object/apply:os.system ['touch " + _FILE + "']",
        "&anchor{n} *anchor",
        "- {n}",
        "{n}: b",
        "? {n}\n: b",
        "# {n}",
        "| {n}",
        "'{n}",
        "{{a: {n}}}, [b]",
        "a: b # {n}",
        "name: x\ntags: [canary_{n}]",
    ),
    "rich": (
        "[bold red]{n}[/bold red]",
        "[link=" + ASKED + "/{n}]a[/link]",
        "[/]{n}",
        ":smile:{n}",
        "[@click=app.quit]{n}[/]",
    ),
    "control": (
        "\x1b[2J\x1b[31m{n}",
        "\x1b]8;;" + ASKED + "/{n}\x1b\\a\x1b]8;;\x1b\\",
        "\x9b31m{n}",
        "\x07\x08{n}",
        "a\rb{n}",
        "a\tb{n}",
        "a\x7fb{n}",
        "{n}\nerror: the studio is gone",
        "{n}\r\n2026-01-01 00:00:00 INFO published",
        "{n}\u2028b\u2029c",
        "a\0b{n}",
    ),
    "unicode": (
        "\u202e{n}gpj.exe",
        "\u2066{n}\u2069\u202d",
        "a\u200bb\u200d{n}\ufeff",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467{n}",
        "\u0130{n}\u0131\u017f",
        "\uff53\uff43{n}",
        "العربية {n} עברית",
        "a\u0301\u0323\u0308{n}",
        "\ue000\U0010ffff{n}",
        "ZA\u0334LGO{n}" + "\u0336" * 30,
    ),
    "long": ("x" * 300 + "{n}", "{n} " + "long name " * 40, "\U0001f642" * 120 + "{n}"),
    "space": (" {n}", "{n} ", "a  b   {n}", "\u00a0{n}\u3000", "{n}\u2003"),
}
# Texts that are themselves what they are: a number would make something else of them.
WHOLE = {
    "word": (
        *("select", "from", "null", "NULL", "None", "nan", "true", "yes", "~", "-"),
        *("score", "user_id", "row_id", "rank", "__proto__", "constructor", "."),
        *("..", "CON", "NUL", "index", "rowid", "file_row_number", "0", "1e400", "a"),
    ),
    "pair": (
        unicodedata.normalize("NFC", "é"),
        unicodedata.normalize("NFD", "é"),
        *("Case", "CASE", "case", "stra\u00dfe", "STRASSE", "a b", "a_b", "a-b"),
        *("%%", "!!", ";", "'", '"', "\\", "\\\\", "{", "<", "&", "$", "#"),
    ),
}


@dataclass(frozen=True, slots=True)
class Payload:
    """One hostile text and what kind it is."""

    kind: str
    text: str


def payloads(count: int, seed: int) -> tuple[Payload, ...]:
    """So many distinct texts: every whole one and template in turn, then seeded blends."""
    generator = random.Random(seed)  # noqa: S311
    whole = [Payload(kind, text) for kind, texts in WHOLE.items() for text in texts]
    made = [
        Payload(kind, template.format(n=7_000 + number))
        for number, (kind, template) in enumerate(_templates())
    ]
    found = {each.text: each for each in (*whole, *made)}
    ordered = list(found.values())
    generator.shuffle(ordered)
    while len(ordered) < count:
        blend = _blend(generator, 8_000 + len(ordered))
        if blend.text not in found:
            found[blend.text] = blend
            ordered.append(blend)
    return tuple(ordered[:count])


def _templates() -> list[tuple[str, str]]:
    return [(kind, each) for kind, texts in KINDS.items() for each in texts]


def _blend(generator: random.Random, number: int) -> Payload:
    """A template within ordinary words, or two of them run together."""
    kind, template = generator.choice(_templates())
    other, second = generator.choice(_templates())
    text = template.format(n=number)
    word = generator.choice(WORDS)
    if generator.random() < 0.5:
        return Payload(kind, f"{word} {text} {number}")
    joint = generator.choice(("", " ", ", ", "\\", '"', "'"))
    return Payload(f"{kind}+{other}", text + joint + second.format(n=number))
