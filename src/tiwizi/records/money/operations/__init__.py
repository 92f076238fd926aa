"""What is done about money, a file a subject."""

from tiwizi.records.money.operations.books import (
    ask_entry,
    ask_reversal,
    confirm_entry,
    open_books,
    refuse_entry,
)
from tiwizi.records.money.operations.ceiling import ask_ceiling, confirm_ceiling, refuse_ceiling
from tiwizi.records.money.operations.closing import close_period, sum_up
from tiwizi.records.money.operations.hand_over import hand_over, note_file
from tiwizi.records.money.operations.prepare import prepare
from tiwizi.records.money.operations.sign import approve, cancel, release
from tiwizi.records.money.operations.statements import match_line, match_part_of_batch, preview, take_statement

__all__ = [
    "approve", "ask_ceiling", "ask_entry", "ask_reversal", "cancel", "close_period", "confirm_ceiling",
    "confirm_entry", "hand_over", "match_line", "match_part_of_batch", "note_file", "open_books", "prepare", "preview",
    "refuse_ceiling", "refuse_entry", "release", "sum_up", "take_statement",
]  # fmt: skip
