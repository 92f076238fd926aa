"""Papers that should not do any harm, made here so that nothing hostile lies in the repository."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image, PngImagePlugin


def picture(width: int = 600, height: int = 400, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 30, 30), (0, 0, width // 4, height // 4))  # a red corner shows which way is up
    image.save(out, kind, **options)
    return out.getvalue()


def photograph_with_a_place(orientation: int = 6) -> bytes:
    """A photograph that lies on its side and remembers where it was taken, by whom, and a comment."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETPHONE"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 37.0, 46.0)
    return picture(exif=exif, comment=b"SECRETCOMMENT")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that unfolds to gigabytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A small PNG whose text chunk unfolds to a hundred megabytes."""
    info = PngImagePlugin.PngInfo()
    info.add_text("a", "x" * 100_000_000, zip=True)
    return picture(kind="PNG", pnginfo=info)


def pdf(pages: int = 1, *, catalogue: bytes = b"", page: bytes = b"", size: str = "0 0 595 842") -> bytes:
    """A PDF written by hand; ``catalogue`` and ``page``: what else stands in those."""
    kids = " ".join(f"{3 + number} 0 R" for number in range(pages)).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        b"<< /Type /Pages /Count %d /Kids [ %s ] >>" % (pages, kids),
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [ %s ] %s >>" % (size.encode(), page)] * pages,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def pdf_with_a_script() -> bytes:
    script = b"/OpenAction << /S /JavaScript /JS (app.alert\\('SECRETSCRIPT'\\); while\\(true\\){}) >>"
    action = b"<< /S /URI /URI (http://evil.example) >>"
    link = b"/Annots [ << /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A " + action + b" >> ]"
    return pdf(catalogue=script, page=link)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF_WITH_SCRIPT = b"GIF89a/*\x00\x00*/=1;alert(1);//" + bytes(200)
