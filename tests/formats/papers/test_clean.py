"""What people send as papers: read by a process of its own, and kept as clean pages or refused with a plain reason."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.formats.papers import hostile

from tiwizi.formats.papers import Limits, PaperError, clean
from tiwizi.locale import LANGUAGES


def cleaned(tmp_path: Path, data: bytes, limits: Limits = Limits()) -> list[bytes]:  # noqa: B008
    path = tmp_path / "sent.jpg"
    path.write_bytes(data)
    return clean(path, limits)


def test_a_photograph_is_upright_and_remembers_nothing(tmp_path: Path) -> None:
    (page,) = cleaned(tmp_path, hostile.photograph_with_a_place(orientation=6))
    picture = Image.open(BytesIO(page))
    assert picture.size == (400, 600) and not picture.getexif()
    assert picture.getpixel((390, 10))[0] > 150 and picture.getpixel((390, 10))[1] < 90  # its red corner, turned
    assert b"SECRET" not in page


def test_a_large_photograph_is_made_as_large_as_one_can_read(tmp_path: Path) -> None:
    (page,) = cleaned(tmp_path, hostile.picture(6000, 4000))
    assert Image.open(BytesIO(page)).size == (2400, 1600)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_same_bytes_become_the_same_page(tmp_path: Path, kind: str) -> None:
    data = hostile.picture(kind=kind)
    assert cleaned(tmp_path, data) == cleaned(tmp_path, data)


def test_what_hides_behind_a_picture_is_left_behind(tmp_path: Path) -> None:
    (page,) = cleaned(tmp_path, hostile.picture() + b"PK\x03\x04 SECRET" + hostile.HTML)
    assert b"SECRET" not in page and b"script" not in page


def test_a_picture_that_lets_light_through_lies_on_white_paper(tmp_path: Path) -> None:
    out = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    (page,) = cleaned(tmp_path, out.getvalue())
    assert Image.open(BytesIO(page)).getpixel((25, 25)) == (255, 255, 255)


def test_a_pdf_becomes_a_picture_a_page_without_its_scripts_and_links(tmp_path: Path) -> None:
    pages = cleaned(tmp_path, hostile.pdf_with_a_script())
    assert len(pages) == 1 and pages[0].startswith(b"\xff\xd8")
    assert b"SECRET" not in pages[0] and b"evil" not in pages[0]
    assert len(cleaned(tmp_path, hostile.pdf(3))) == 3


def test_a_pdf_that_would_be_a_mile_wide_is_drawn_small(tmp_path: Path) -> None:
    (page,) = cleaned(tmp_path, hostile.pdf(size="0 0 14400 14400"))
    assert max(Image.open(BytesIO(page)).size) <= 2400


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty"),
        (b"x" * 10_000_001, "too_large"),
        (hostile.SVG, "unknown_type"),
        (hostile.HTML, "unknown_type"),
        (hostile.GIF_WITH_SCRIPT, "unknown_type"),
        (b"MZ" + bytes(500), "unknown_type"),
        (b"\x00", "unknown_type"),
        (hostile.HTML + hostile.pdf(), "unknown_type"),
        (hostile.bomb(), "too_many_pixels"),
        (hostile.bomb(7_000, 7_100), "damaged"),
        (hostile.picture(9_000, 6_000), "too_many_pixels"),
        (hostile.picture()[:900], "damaged"),
        (hostile.picture(kind="PNG")[:200], "damaged"),
        (b"%PDF-1.7\n" + bytes(300), "damaged"),
        (hostile.pdf(31), "too_many_pages"),
        (hostile.pdf(size="0 0 14400 0.001"), "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_paper_is_refused_with_a_reason_and_a_way_out(tmp_path: Path, data: bytes, key: str) -> None:
    with pytest.raises(PaperError) as refused:
        cleaned(tmp_path, data)
    assert refused.value.key == key
    for lang in LANGUAGES:
        assert refused.value.message(lang) and refused.value.way_out(lang)


def test_a_text_that_unfolds_to_a_hundred_megabytes_does_no_harm(tmp_path: Path) -> None:
    try:
        pages = cleaned(tmp_path, hostile.text_bomb())
    except PaperError:
        return
    assert len(pages) == 1 and len(pages[0]) < 50_000


@pytest.mark.parametrize("limits", [Limits(memory=150 << 20), Limits(seconds=0), Limits(longest=0.01)])
def test_who_asks_for_too_much_is_ended(tmp_path: Path, limits: Limits) -> None:
    with pytest.raises(PaperError) as refused:
        cleaned(tmp_path, hostile.picture(8_000, 6_000, kind="PNG"), limits)
    assert refused.value.key in ("too_much", "damaged")
