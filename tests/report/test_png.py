import struct
import zlib

from report.png import with_palette


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + b"\0\0\0\0"


def picture(rows, kind=(8, 6, 0, 0, 0), filtered=1):
    """Rows of (red, green, blue, opacity), each written from its left neighbour."""
    data = b""
    for row in rows:
        left = (0, 0, 0, 0)
        data += bytes([filtered])
        for pixel in row:
            data += bytes(
                (now - before) % 256 for now, before in zip(pixel, left, strict=True)
            )
            left = pixel
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), *kind)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


def test_each_pixel_keeps_its_colour():
    small = with_palette(picture([[RED, BLUE, BLUE], [BLUE, BLUE, RED]]))

    at = small.index(b"PLTE") + 4
    assert small[at : at + 6] == bytes(BLUE[:3] + RED[:3])
    at = small.index(b"IDAT")
    (length,) = struct.unpack(">I", small[at - 4 : at])
    assert zlib.decompress(small[at + 4 : at + 4 + length]) == bytes(
        [0, 1, 0, 0, 0, 0, 0, 1]
    )


def test_another_kind_of_picture_is_given_back_as_it_is():
    for other in (
        picture([[RED]], kind=(16, 6, 0, 0, 0)),
        picture([[RED]], filtered=4),
    ):
        assert with_palette(other) == other
