"""Bytes: encodings, marks, line ends, quotes, NUL, records that are too short or long."""

import gzip

from tests.faults.corpus.case import Case, added, rebuilt, scored
from tests.faults.corpus.expectation import Registered, Scored, refused
from tests.faults.corpus.files import SEED, file, people
from tests.faults.corpus.rows import REST

TEXT = "user_id,città\n1,Forlì\n2,Bari\n3,\n"
READ = {"città": ["Forlì", "Bari", None], "user_id": [1, 2, 3]}


def read(
    name: str, content: bytes, rows: int = 3, path: str = "x.csv", **more: object
) -> Case:
    """Bytes that are read right."""
    more.setdefault("values", READ)
    return added(f"I13-{name}", file(path, content), path, Registered(rows, **more))


def bad(name: str, content: bytes, code: str, *names: str, path: str = "x.csv") -> Case:
    """Bytes that are refused, the line named."""
    return added(
        f"I13-{name}", file(path, content), path, refused(code, f"'{path}'", *names)
    )


def encoded(encoding: str):
    """The served seed, written in another encoding."""

    def write(folder):
        people()(folder)
        path = folder / "seed.csv"
        path.write_bytes(path.read_text("utf-8").encode(encoding))

    return write


def with_bytes(name: str, change):
    """One of the good files with its bytes changed."""

    def write(folder):
        people()(folder)
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return write


def as_it_is(name: str, content: bytes):
    """A file of these bytes, never packed for its ending."""
    return lambda folder: (folder / name).write_bytes(content)


def changed(data: bytes) -> bytes:
    """A byte in the middle is another."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


def in_line(number: int, change):
    """Bytes with one line changed."""

    def changed(data: bytes) -> bytes:
        parts = data.split(b"\n")
        parts[number - 1] = change(parts[number - 1])
        return b"\n".join(parts)

    return changed


RIGHT = (
    read("utf-8", TEXT.encode()),
    read("utf-8-mark", b"\xef\xbb\xbf" + TEXT.encode()),
    read("utf-16-mark", TEXT.encode("utf-16")),
    read("utf-16-big-end-mark", b"\xfe\xff" + TEXT.encode("utf-16-be")),
    read("utf-16-without-mark", TEXT.encode("utf-16-le")),
    read("utf-16-big-end-without-mark", TEXT.encode("utf-16-be")),
    read("latin-1", TEXT.encode("latin-1")),
    read("windows-1252", TEXT.replace("Bari", "Bari €").encode("cp1252"), values={"città": ["Forlì", "Bari €", None]}),
    read("packed", TEXT.encode(), path="x.csv.gz"),
    read("packed-utf-16", TEXT.encode("utf-16"), path="x.csv.gz"),
    read("crlf", TEXT.replace("\n", "\r\n").encode()),
    read("cr", TEXT.replace("\n", "\r").encode()),
    read("mixed-line-ends", TEXT.replace("\n", "\r\n", 2).encode()),
    read("no-last-line-end", TEXT.rstrip("\n").encode() + b"x", values={"città": ["Forlì", "Bari", "x"]}),
    read("blank-lines", TEXT.replace("\n", "\n\n").encode()),
    read("quoted", '"user_id","città"\n"1","Forlì"\n"2","Bari"\n"3",\n'.encode()),
    read("line-break-in-quotes", b'user_id,v\n1,"a\n\nb"\n2,"c,""d"""\n', 2, values={"v": ["a\n\nb", 'c,"d"']}),
    read("crlf-in-quotes", b'user_id,v\r\n1,"a\r\nb"\r\n2,c\r\n', 2, values={"v": ["a\r\nb", "c"]}),
    read("escaped-quotes", b'user_id,v\n1,"a \\"b\\" c"\n2,"d"\n', 2, values={"v": ['a "b" c', "d"]}),
    read("quote-within-a-field", b'user_id,v\n1,5" pipe\n2,c\n', 2, values={"v": ['5" pipe', "c"]}),
    read("tabs", TEXT.replace(",", "\t").encode(), path="x.tsv"),
    read("bars", TEXT.replace(",", "|").encode()),
    read("semicolons", TEXT.replace(",", ";").encode()),
    read("trailing-comma-everywhere", b"user_id,v,\n1,a,\n2,b,\n", 2, values={"v": ["a", "b"]}, types={"column_3": "VARCHAR"}),
    read("trailing-comma", b"user_id,v\n1,a\n2,b,\n3,c\n", values={"v": ["a", "b", "c"]}),
    read("no-header", b"1,10\n2,20\n3,30\n", values={"column_2": [10, 20, 30]}),
    read("a-field-of-a-megabyte", b"user_id,v\n1," + b"x" * (1 << 20) + b"\n2,y\n", 2, values={"v": ["x" * (1 << 20), "y"]}),
    read("emoji-and-marks", "user_id,v\n1,👩‍👩‍👧\n2,e\u0301\n".encode(), 2, values={"v": ["👩‍👩‍👧", "e\u0301"]}),
    read("control-characters", b"user_id,v\n1,a\x01\x1fb\n2,c\x7f\n", 2, values={"v": ["a\x01\x1fb", "c\x7f"]}),
    read("line-separators", "user_id,v\n1,a\u2028b\n2,c\u0085d\n".encode(), 2, values={"v": ["a\u2028b", "c\u0085d"]}),
    read("form-feed", b"user_id,v\n1,a\x0cb\n2,\x0bc\n", 2, values={"v": ["a\x0cb", "\x0bc"]}),
    read("one-column", b"user_id\na\nb\n", 2, values={"user_id": ["a", "b"]}),
    read("a-mark-within", "user_id,v\n1,\ufeffa\n2,b\n".encode(), 2, values={"v": ["\ufeffa", "b"]}),
    read("jsonl", '{"user_id": 1, "v": "Forlì"}\r\n\r\n{"v": null, "user_id": 2}'.encode(), 2, path="x.jsonl", values={"v": ["Forlì", None], "user_id": [1, 2]}),
    read("jsonl-mark", b'\xef\xbb\xbf{"user_id": 1, "v": "a"}\n', 1, path="x.jsonl", values={"v": ["a"]}),
    read("jsonl-utf-16", '{"user_id": 1, "v": "é"}\n'.encode("utf-16"), 1, path="x.jsonl", values={"v": ["é"]}),
    read("jsonl-escapes", b'{"user_id": 1, "v": "\\u00e9\\n\\"\\ud83d\\ude00"}\n', 1, path="x.jsonl", values={"v": ['é\n"😀']}),
    read("jsonl-nan", b'{"user_id": 1, "v": NaN}\n{"user_id": 2, "v": 1.5}\n', 2, path="x.jsonl", values={}, types={"v": "DOUBLE"}, missing={"v": 1}),
    read("jsonl-deep", b'{"user_id": 1, "v": ' + b"[" * 9_999 + b"]" * 9_999 + b"}\n", 1, path="x.jsonl", values={}, roles={"v": "metadata"}),
    read("jsonl-nul-escape", b'{"user_id": 1, "v": "a\\u0000b"}\n', 1, path="x.jsonl", values={"v": ["a\0b"]}),
    read("jsonl-absent-fields", b'{"user_id": 1}\n{"user_id": 2, "v": 3}\n', 2, path="x.jsonl", values={"v": [None, 3]}),
)  # fmt: skip

WRONG = (
    bad("short-record", b"user_id,v\n1,a\n2\n3,c\n", "bad_line", "line 3", "1 fields where 2"),
    bad("long-record", b"user_id,v\n1,a\n2,b,c\n3,c\n", "bad_line", "line 3", "3 fields where 2"),
    bad("open-quote", b'user_id,v\n1,a\n2,"b\n3,c\n', "bad_line", "line 3"),
    bad("open-quote-at-the-end", b'user_id,v\n1,a\n2,"b', "bad_line", "line 3"),
    bad("text-after-a-quote", b'user_id,v\n1,"a"b\n2,c\n', "bad_line", "line 2"),
    bad("nul", b"user_id,v\n1,a\n2,\x00b\n", "nul_character", "line 3"),
    bad("nul-in-utf-16", "user_id,v\n1,a\n2,\0b\n".encode("utf-16"), "nul_character", "line 3"),
    bad("half-utf-8", "user_id,v\n1,é\n".encode() + b"2,\xe9\n", "bad_encoding", "line 3"),
    bad("cut-utf-8", "user_id,v\n1,a\n2,é".encode()[:-1], "bad_encoding", "line 3"),
    bad("half-utf-16", "user_id,v\n1,a\n2,b\n".encode("utf-16")[:-1], "bad_encoding", "line"),
    bad("utf-32", "user_id,v\n1,a\n2,b\n".encode("utf-32"), "nul_character"),
    bad("many-nul", b"\0" * 4096, "nul_character", "line 1"),
    bad("a-picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "nul_character"),
    bad("random-bytes", bytes((n * 7919 % 255) + 1 for n in range(4096)), "bad_encoding", "line"),
    bad("same-name-twice", b"v,user_id,v\n1,a,2\n", "same_column_name", "'v'"),
    bad("a-million-fields", b"a," * 100_000 + b"b\n", "too_many_columns", "100,001"),
    bad("jsonl-cut", b'{"user_id": 1}\n{"user_id": 2', "bad_line", "line 2", path="x.jsonl"),
    bad("jsonl-a-list", b'{"user_id": 1}\n[1, 2]\n', "bad_line", "line 2", path="x.jsonl"),
    bad("jsonl-a-number", b'{"user_id": 1}\n7\n', "bad_line", "line 2", path="x.jsonl"),
    bad("jsonl-two-objects", b'{"user_id": 1}{"user_id": 2}\n', "bad_line", "line 1", path="x.jsonl"),
    bad("jsonl-a-field-twice", b'{"user_id": 1, "v": 1, "v": 2}\n', "bad_line", "line 1", "twice", path="x.jsonl"),
    bad("jsonl-one-document", b'[\n{"user_id": 1},\n{"user_id": 2}\n]\n', "bad_line", "line 1", path="x.jsonl"),
    bad("jsonl-nul", b'{"user_id": 1}\n{"user_id": "\x00"}\n', "nul_character", "line 2", path="x.jsonl"),
    bad("jsonl-half-utf-8", b'{"user_id": "\xc3\xa9"}\n{"user_id": "\xe9"}\n', "bad_encoding", "line 2", path="x.jsonl"),
    bad("csv-as-parquet", TEXT.encode(), "damaged_file", path="x.parquet"),
    bad("parquet-cut", b"PAR1" + b"x" * 100, "damaged_file", path="x.parquet"),
    bad("csv-as-database", TEXT.encode(), "not_a_database", path="x.duckdb"),
    added("I13-plain-as-packed", as_it_is("x.csv.gz", TEXT.encode()), "x.csv.gz", refused("damaged_file", "'x.csv.gz'", "gzip")),
    added("I13-packed-and-cut", as_it_is("x.csv.gz", gzip.compress(TEXT.encode() * 99)[:-12]), "x.csv.gz", refused("damaged_file", "'x.csv.gz'", "gzip")),
    added("I13-packed-and-changed", as_it_is("x.csv.gz", changed(gzip.compress(TEXT.encode() * 99))), "x.csv.gz", refused("damaged_file", "'x.csv.gz'", "gzip")),
    bad("workbook", b"PK\x03\x04", "spreadsheet", "'x.xlsx'", "CSV UTF-8", path="x.xlsx"),
    bad("unknown-ending", b"a,b", "unknown_file_type", "'x.dat'", ".csv", path="x.dat"),
)  # fmt: skip

AGAIN = (
    rebuilt("I13-cut-short-later", with_bytes("population.csv", lambda data: data[: len(data) // 2].rsplit(b",", 2)[0]), refused("bad_line", "population", "line")),
    rebuilt("I13-nul-later", with_bytes("seed.csv", in_line(7, lambda line: line + b"\0")), refused("nul_character", "'seed.csv'", "line 7")),
    rebuilt("I13-long-record-later", with_bytes("population.csv", in_line(9, lambda line: line + b",x,y")), refused("bad_line", "'population.csv'", "line 9")),
    rebuilt("I13-open-quote-later", with_bytes("population.csv", in_line(9, lambda line: b'"' + line)), refused("bad_line", "'population.csv'", "line 9")),
    rebuilt("I13-text-in-a-number-later", with_bytes("population.csv", in_line(9, lambda line: line.replace(line.split(b",")[-1], b"many"))), refused("wrong_value", "'population.csv'", "line 9", "'visits'")),
    rebuilt("I13-other-delimiter-later", with_bytes("population.csv", lambda data: data.replace(b",", b";")), refused("columns_changed", "population", "'user_id'")),
    rebuilt("I13-utf-16-later", encoded("utf-16"), refused("bad_encoding", "'seed.csv'", "utf-16", "utf-8")),
    rebuilt("I13-latin-1-later", with_bytes("seed.csv", in_line(9, lambda line: line.replace(b"user", b"us\xe9r"))), refused("bad_encoding", "'seed.csv'", "latin-1", "utf-8")),
    rebuilt("I13-packed-later", with_bytes("seed.csv", gzip.compress), refused("nul_character", "'seed.csv'", "line 1")),
    rebuilt("I13-same-name-twice-later", with_bytes("population.csv", in_line(1, lambda line: line + b",age")), refused("same_column_name", "'population.csv'", "'age'")),
    *(scored(f"I13-{encoding}-seed", encoded(encoding), Scored(REST, SEED, twin="people")) for encoding in ("utf-16", "utf-8-sig")),
)  # fmt: skip

CASES = (*RIGHT, *WRONG, *AGAIN)
TWINS: tuple[Case, ...] = ()
