"""The process of confined.py: reads one file under limits, leaves its pages in a folder, says how it went, ends.

The type is what the bytes say, whatever the name says. A PDF is drawn page by page by PDFium without scripts and
forms; a picture is decoded and drawn anew, upright.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import puremagic
import pypdfium2
from PIL import Image, ImageOps

PICTURES = {".jpg": "JPEG", ".jpeg": "JPEG", ".jfif": "JPEG", ".png": "PNG", ".webp": "WEBP"}
#: Dots to an inch at which a page of a PDF is drawn, where it is not too large for that.
DENSITY = 200


class Unfit(Exception):
    """A key of papers.toml, and its values."""

    def __init__(self, key: str, **values: int) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def answer() -> None:
    """One request from the standard input, one answer to the standard output."""
    request = json.loads(sys.stdin.buffer.read())
    sys.stdin.close()
    limits = request["limits"]
    try:
        _confine(limits)
        _write(Path(request["path"]), Path(request["folder"]), limits)
        said: dict[str, Any] = {"key": "", "values": {}}
    except Unfit as unfit:
        said = {"key": unfit.key, "values": unfit.values}
    except MemoryError:
        said = {"key": "too_much", "values": {}}
    except BaseException:  # whatever a library makes of a hostile file
        said = {"key": "damaged", "values": {}}
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    os._exit(0)  # nothing of a library that has read it runs any more


def _confine(limits: dict[str, Any]) -> None:
    most = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_FSIZE: 64 << 20,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for limit, value in most.items():
        resource.setrlimit(limit, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # asked below, for a plain answer


def _write(path: Path, folder: Path, limits: dict[str, Any]) -> None:
    data = path.read_bytes()
    kinds = _kinds(data)
    if ".pdf" in kinds:
        pages = _pages_of_pdf(data, limits)
    elif pictures := [PICTURES[kind] for kind in kinds if kind in PICTURES]:
        pages = iter([_picture(path, pictures[0], limits)])
    else:
        raise Unfit("unknown_type")
    for number, page in enumerate(pages, 1):
        page.save(folder / f"{number:03}.jpg", "JPEG", quality=82, optimize=True)


def _kinds(data: bytes) -> list[str]:
    """What the first bytes say, most likely first."""
    try:
        found = puremagic.magic_string(data[:4096])
    except (puremagic.PureError, ValueError):
        return []
    return [one.extension for one in found if one.offset == 0]


def _picture(path: Path, kind: str, limits: dict[str, Any]) -> Image.Image:
    with Image.open(path, formats=(kind,)) as picture:
        if picture.width * picture.height > limits["pixels"]:
            raise Unfit("too_many_pixels", most=limits["pixels"] // 1_000_000)
        side = limits["side"]
        picture.draft("RGB", (side, side))
        return _redrawn(ImageOps.exif_transpose(picture), side)


def _redrawn(picture: Image.Image, side: int) -> Image.Image:
    """Its pixels alone on white paper: whatever else the file carried stays behind."""
    if picture.mode not in ("RGB", "RGBA", "L", "LA"):
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    page = Image.new("RGB", picture.size, "white")
    page.paste(picture, mask=picture.getchannel("A") if "A" in picture.getbands() else None)
    return page


def _pages_of_pdf(data: bytes, limits: dict[str, Any]) -> Iterator[Image.Image]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        raise Unfit("encrypted" if "password" in str(problem).lower() else "damaged") from None
    if len(document) > limits["pages"]:
        raise Unfit("too_many_pages", pages=len(document), most=limits["pages"])
    for number in range(len(document)):
        page = document[number]
        width, height = page.get_size()
        if not (0 < width < math.inf and 0 < height < math.inf):
            raise Unfit("damaged")
        scale = min(DENSITY / 72, limits["side"] / max(width, height))
        if min(width, height) * scale < 1:
            raise Unfit("damaged")
        yield _redrawn(page.render(scale=scale, may_draw_forms=False).to_pil(), limits["side"])
        page.close()


if __name__ == "__main__":
    answer()
