"""An empty sheet of a table to be filled in: its headings in the reader's language, and beside it what each column
holds, with an example in the three languages."""

from __future__ import annotations

import re
from io import BytesIO

from tiwizi.formats.tables.schema import ONE_OF, TABLES, WORDS, Column
from tiwizi.locale import LANGUAGES, direction, text

#: What a cell of a kind may look like: one text, or one a language.
_EXAMPLES: dict[str, tuple[str, str, str]] = {
    "key": ("1001",) * 3, "name": ("A1",) * 3, "text": ("",) * 3, "day": ("31/01/2026",) * 3,
    "amount": ("150,00", "150,00", "150.00"), "price": ("150,00", "150,00", "150.00"), "quantity": ("2",) * 3,
    "whole": ("1",) * 3, "rate": ("70%",) * 3,
}  # fmt: skip
_OF_COLUMN: dict[str, tuple[str, str, str]] = {
    "person": ("P-1001",) * 3, "household": ("F-1001",) * 3, "claim": ("D-2026-0001",) * 3, "line": ("1",) * 3,
    "name_ar": ("أمينة العلوي",) * 3, "name_latin": ("Amina Alaoui",) * 3, "plan": ("AMO-PUBLIC",) * 3,
    "label_fr": ("Consultation",) * 3, "label_ar": ("استشارة طبية",) * 3, "label_en": ("Consultation",) * 3,
    "category": ("consultation",) * 3, "letter": ("C",) * 3, "layer": ("amo",) * 3, "provider": ("INPE-200001",) * 3,
}  # fmt: skip
_ARABIC = re.compile("[\u0600-\u06ff]")


def heading(column: Column, lang: str) -> str:
    """What a column is called in a language."""
    own = {"ar": column.ar, "fr": column.fr, "en": ""}[lang]
    return own.split("|")[0] or column.name


def example(column: Column, lang: str) -> str:
    """A cell as somebody writes it in a language."""
    if column.kind in WORDS:
        value, others = next(iter(WORDS[column.kind].items()))
        return next((word for word in (value, *others.split("|")) if _speaks(word, value, lang)), value)
    at = LANGUAGES.index(lang)
    return _OF_COLUMN.get(column.name, _EXAMPLES[column.kind])[at]


def _speaks(word: str, value: str, lang: str) -> bool:
    if lang == "ar":
        return bool(_ARABIC.search(word))
    return word == value if lang == "en" else word != value and not _ARABIC.search(word)


def template(table: str, *, lang: str) -> bytes:
    """A workbook: a sheet called as the table is, with headings alone, and one that explains them."""
    import xlsxwriter

    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E3EFEE", "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        sheet, help_sheet = book.add_worksheet(table), book.add_worksheet(text("template", "help", lang=lang))
        for each in (sheet, help_sheet):
            if direction(lang) == "rtl":
                each.right_to_left()
            each.freeze_panes(1, 0)
        sheet.write_row(0, 0, [heading(column, lang) for column in TABLES[table]], bold)
        sheet.set_column(0, len(TABLES[table]) - 1, 18)
        heads = [text("template", key, lang=lang) for key in ("column", "needed", "blank")]
        help_sheet.write_row(0, 0, [*heads, *(text("template", f"example_{of}", lang=lang) for of in LANGUAGES)], bold)
        help_sheet.set_column(0, 5, 24)
        for row, column in enumerate(TABLES[table], 1):
            said = [heading(column, lang), _needed(table, column, lang), _blank(column, lang)]
            help_sheet.write_row(row, 0, [*said, *(example(column, of) for of in LANGUAGES)], plain)
    return made.getvalue()


def _needed(table: str, column: Column, lang: str) -> str:
    if column.required:
        return text("template", "yes", lang=lang)
    if column.name in ONE_OF.get(table, ()):
        others = [heading(each, lang) for each in TABLES[table] if each.name in ONE_OF[table]]
        return text("template", "one_of", lang=lang, columns=" / ".join(others))
    return ""


def _blank(column: Column, lang: str) -> str:
    if not column.blank or column.kind not in WORDS:
        return column.blank
    others = WORDS[column.kind][column.blank].split("|")
    return next((word for word in (column.blank, *others) if _speaks(word, column.blank, lang)), column.blank)
