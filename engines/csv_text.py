"""The text of a CSV or JSON Lines file before an engine reads it: encoding and lines.

What an engine would lose in silence or blame on the wrong line is found here: NUL
characters, bytes that are no text, mixed line ends. What it cannot read is written anew
as UTF-8 in a scratch folder.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from catalog.errors import StudioError
from engines.csv_quotes import DELIMITERS, Quotes
from engines.sources import refuse_spreadsheet

CHUNK = 4 << 20
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Text shrinks 3 to 40 times; far more is a file made to fill the disk.
EXPANDED_FREELY = 1 << 30
EXPANDED_TIMES = 200
SEPARATOR = re.compile(r'"?sep=([^\r\n])"?(\r\n|\n|\r|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """A text file that an engine can read: UTF-8, one sort of line end.

    `has_returns` says that it is a carriage return with a line feed. `encoding` is the source's. `filled_lines` and `blank_lines` count lines outside
    quotes; a line break inside quotes ends no line. `delimiter` is what a first line
    `sep=;`, which is skipped, tells Excel.
    """

    path: Path
    encoding: str
    has_bom: bool
    is_gzip: bool
    has_returns: bool
    filled_lines: int
    blank_lines: int
    delimiter: str | None = None

    @property
    def skipped_lines(self) -> int:
        """Lines of the file before the first that is read."""
        return int(self.delimiter is not None)


def prepare_text(
    path: Path,
    scratch: Path,
    encoding: str | None = None,
    quote: str = '"',
    delimiters: str = DELIMITERS,
) -> Text:
    """Check a file's bytes and make it readable; `encoding` is detected where None.

    One other than UTF-8 is taken at its word. Raises StudioError with the line of the
    first NUL or byte that is no text.
    """
    refuse_spreadsheet(path)
    if not path.stat().st_size:
        raise StudioError(
            "empty_dataset", f"file '{path.name}'", "is empty", "add rows to it"
        )
    if encoding is None or encoding == "utf-8":
        found, has_bom = detect_encoding(path)
        _refuse_other_encoding(path, encoding, found)
        encoding = found
    else:
        has_bom = _has_mark(path)
    delimiter = _told_delimiter(path, encoding)
    if encoding == "utf-8" and delimiter is None:
        lines = _count_lines(path, Quotes(quote, delimiters))
        if not lines.is_mixed:
            is_gzip = path.name.lower().endswith(".gz")
            return Text(
                path,
                encoding,
                has_bom,
                is_gzip,
                lines.has_returns,
                lines.filled,
                lines.blank,
            )
    written = scratch / "text.csv"
    delimiters += delimiter or ""
    quotes = Quotes(quote, delimiters)
    _transcode(path, written, encoding, quotes, skips=delimiter is not None)
    lines = _count_lines(written, Quotes(quote, delimiters))
    return Text(
        written,
        encoding,
        has_bom,
        False,
        False,
        lines.filled,
        lines.blank,
        delimiter,
    )


def _has_mark(path: Path) -> bool:
    with open_bytes(path) as stream:
        return stream.read(3).startswith(tuple(mark for mark, _ in BOMS))


def _told_delimiter(path: Path, encoding: str) -> str | None:
    """The delimiter that a first line such as `sep=;` tells, as Excel reads it."""
    start = next(chunks(path), b"")[:64]
    try:
        text = start.decode(encoding, errors="replace")
    except LookupError:
        return None
    found = SEPARATOR.match(text.removeprefix("\ufeff"))
    return found[1] if found else None


def _refuse_other_encoding(path: Path, declared: str | None, found: str) -> None:
    """A file that is UTF-8 by its saved schema must not become something else unseen."""
    if declared == "utf-8" and found != "utf-8":
        raise StudioError(
            "bad_encoding",
            f"file '{path.name}'",
            f"is to be read as utf-8 and is {found}",
            f"write it as UTF-8, or have it read as {found}",
        )


def open_bytes(path: Path) -> "IO[bytes] | gzip.GzipFile":
    """The file's bytes, unpacked where its name ends in .gz."""
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rb")
    return path.open("rb")


def chunks(path: Path) -> Iterator[bytes]:
    """The file's bytes in pieces; refuses a packed file that grows without end."""
    limit = max(EXPANDED_FREELY, EXPANDED_TIMES * path.stat().st_size)
    total = 0
    try:
        with open_bytes(path) as stream:
            while chunk := stream.read(CHUNK):
                total += len(chunk)
                if total > limit:
                    raise StudioError(
                        "expands_too_far",
                        f"file '{path.name}'",
                        f"unpacks to more than {limit:,} bytes",
                        "unpack it yourself and register the result",
                    )
                yield chunk
    except (EOFError, zlib.error, OSError) as error:
        if isinstance(error, PermissionError):
            raise
        raise StudioError(
            "damaged_file",
            f"file '{path.name}'",
            "is not a whole gzip file" if path.suffix == ".gz" else "could not be read",
            "check that the copy was complete",
        ) from None


def detect_encoding(path: Path) -> tuple[str, bool]:
    """The encoding of a file, over all its bytes, and whether it starts with a mark.

    utf-8, utf-16, utf-16-le, utf-16-be, latin-1 or cp1252. Bytes that are not UTF-8
    mean one of the last two only where nothing else in the file looks like UTF-8;
    otherwise the file is damaged, and the line is told.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, is_utf8, has_wide, has_controls, rest = 1, True, False, False, b""
    for number, chunk in enumerate(chunks(path)):
        if number == 0:
            for mark, encoding in BOMS:
                if chunk.startswith(mark) and encoding != "utf-8":
                    return encoding, True
            if wide := _without_mark(chunk[:4096]):
                return wide, False
        if b"\0" in chunk:
            at = line + chunk[: chunk.index(b"\0")].count(b"\n")
            raise StudioError(
                "nul_character",
                f"file '{path.name}', line {at}",
                "holds a NUL character",
                "take it out, or write the file as UTF-8",
            )
        if is_utf8 and not (chunk.isascii() and not rest):
            try:
                has_wide |= not decoder.decode(chunk).isascii()
                rest = decoder.getstate()[0]
            except UnicodeDecodeError as error:
                is_utf8 = False
                # The bytes carried over from the last chunk stand before this one's.
                start = max(0, error.start - len(rest))
                bad_line = line + chunk[:start].count(b"\n")
                has_wide |= _has_utf8(chunk[:start])
        if not is_utf8:
            has_controls |= any(0x80 <= byte < 0xA0 for byte in set(chunk))
        line += chunk.count(b"\n")
    if is_utf8 and not rest:
        with open_bytes(path) as stream:
            return "utf-8", stream.read(3) == codecs.BOM_UTF8
    if has_wide or rest:
        raise StudioError(
            "bad_encoding",
            f"file '{path.name}', line {line if is_utf8 else bad_line}",
            "holds bytes that are not UTF-8, though the rest of the file is",
            "write the file again as UTF-8",
        )
    return ("cp1252" if has_controls else "latin-1"), False


def _has_utf8(chunk: bytes) -> bool:
    return any(0xC0 <= byte < 0xF8 for byte in set(chunk))


def _without_mark(start: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of plain text is 0."""
    half = len(start) // 2
    if half < 2:
        return None
    even, odd = start[0 : 2 * half : 2].count(0), start[1 : 2 * half : 2].count(0)
    if odd > 0.8 * half and not even:
        return "utf-16-le"
    if even > 0.8 * half and not odd:
        return "utf-16-be"
    return None


def _transcode(
    source: Path, target: Path, encoding: str, quotes: Quotes, *, skips: bool = False
) -> None:
    """Write a file as UTF-8 with plain line ends; what stands in quotes stays as it is.

    With `skips` the first line, which tells the delimiter, is left out.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise StudioError(
            "bad_encoding",
            f"file '{source.name}'",
            f"is declared as '{encoding}', which is no known encoding",
            "name another, such as utf-8 or latin-1",
        ) from None
    line, carriage = 1, ""
    with target.open("wb") as stream:
        for number, chunk in enumerate((*chunks(source), b"")):
            try:
                text = carriage + decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                raise StudioError(
                    "bad_encoding",
                    f"file '{source.name}', after line {line}",
                    f"holds bytes that are not {encoding}",
                    "write the file again as UTF-8",
                ) from None
            if number == 0:
                text = text.removeprefix("\ufeff")
                if skips:
                    text = SEPARATOR.sub("", text, count=1)
                    line += 1
            # A carriage return at the end may belong to the line feed that follows.
            carriage = "\r" if chunk and text.endswith("\r") else ""
            text = text.removesuffix("\r") if carriage else text
            plain = _with_plain_ends(text.encode(), quotes)
            if b"\0" in plain:
                raise StudioError(
                    "nul_character",
                    f"file '{source.name}', "
                    f"line {line + plain[: plain.index(0)].count(10)}",
                    "holds a NUL character",
                    "take it out",
                )
            line += plain.count(10)
            stream.write(plain)


def _with_plain_ends(chunk: bytes, quotes: Quotes) -> bytes:
    """The bytes with line feeds alone outside quotes."""
    import numpy as np

    if not chunk:
        return chunk
    data = np.frombuffer(chunk, dtype=np.uint8)
    is_return = (data == 13) & ~quotes.within(data)
    is_first = is_return & (np.append(data[1:], 0) == 10)
    return bytes(np.where(is_return, np.uint8(10), data)[~is_first])


@dataclass(slots=True)
class _Lines:
    """Lines seen so far, outside quotes."""

    filled: int = 0
    blank: int = 0
    has_returns: bool = False
    is_mixed: bool = False


def _count_lines(path: Path, quotes: Quotes) -> _Lines:
    import numpy as np

    lines = _Lines()
    offset, last_end, previous = 0, -1, 0
    feeds = pairs = returns = quoted = 0
    for chunk in chunks(path):
        # Before a quote the mark is nothing, as spaces are.
        mark = 3 * (offset == 0 and chunk.startswith(codecs.BOM_UTF8))
        data = np.frombuffer(b" " * mark + chunk[mark:], dtype=np.uint8)
        before = np.concatenate([[previous], data[:-1]])
        is_outside = ~quotes.within(data)
        is_end = is_outside & (data == 10)
        feeds += int(is_end.sum())
        pairs += int((is_end & (before == 13)).sum())
        if b"\r" in chunk:
            returns += int((is_outside & (data == 13)).sum())
            quoted += int((~is_outside & ((data == 10) | (data == 13))).sum())
        at = np.flatnonzero(is_end)
        if len(at):
            ends = at + offset
            lengths = np.diff(ends, prepend=last_end) - 1
            is_blank = (lengths == 0) | ((lengths == 1) & (before[at] == 13))
            lines.blank += int(is_blank.sum())
            lines.filled += int((~is_blank).sum())
            last_end = int(ends[-1])
        offset += len(chunk)
        previous = chunk[-1]
    if offset - 1 > last_end:
        lines.filled += 1
    lines.has_returns = returns > 0
    # An engine takes the first line break of all for the file's line end, in quotes too;
    # only a line feed can be told to it.
    is_one_sort = pairs == returns and pairs == feeds and not quoted
    lines.is_mixed = lines.has_returns and not is_one_sort
    return lines


def records(
    text: Text, delimiter: str, quote: str, escape: str, *, is_strict: bool = False
) -> Iterator[list[str]]:
    """The file's records as Python's own reader sees them, blank lines as empty lists."""
    csv.field_size_limit(1 << 30)
    with open_bytes(text.path) as stream:
        # Lines end at line feeds and carriage returns, not at U+2028 and the like.
        lines = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        yield from csv.reader(
            lines,
            delimiter=delimiter,
            quotechar=quote or None,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            doublequote=escape == quote,
            escapechar=escape if escape and escape != quote else None,
            strict=is_strict,
        )


def line_of_record(
    text: Text, delimiter: str, quote: str, escape: str, number: int
) -> int:
    """The line on which a record starts; `number` counts from 0, the header with it."""
    found, line = 0, 1 + text.skipped_lines
    for fields in records(text, delimiter, quote, escape):
        if fields:
            if found == number:
                return line
            found += 1
        line += 1 + sum(field.count("\n") for field in fields)
    return line
