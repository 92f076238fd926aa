"""The statement of reimbursement: of a file, or of a payment with all its files. What was billed, what is paid and by
whom, what stays with the member, and why: a fall of bars for the file and the sentences of each line.

Without ``care`` it says amounts, states and who pays, and names no act: for a desk that may not read what somebody
suffers from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tiwizi.records.care.queries.letters import File, Line, Order, Recipient
from tiwizi.records.care.queries.letters_made import Head
from tiwizi.reports.letters.words import Said, Words, appeal, code, envelope, heading, paragraph
from tiwizi.rules.adjudicate.waterfall import Explained, Step

Told = Mapping[int, Explained]
Block = dict[str, Any]


def statement(
    words: Words, to: Recipient, file: File, told: Told, *, head: Head, on: date, care: bool
) -> dict[str, Any]:
    """Of one file."""
    facts: list[tuple[str, Said]] = [
        (words.say("file"), code(file.number)), (words.say("received"), words.day(file.received)),
    ]  # fmt: skip
    if care and file.provider.said(words.lang):
        facts.append((words.say("provider"), file.provider.said(words.lang)))
    blocks = [
        paragraph(words.say("statement_opening")),
        *_file(words, file, told, care=care, level=2),
        *_end(words, head),
    ]
    return envelope(words, "statement", to, head=head, on=on, facts=facts, blocks=blocks)


def payment_statement(
    words: Words, to: Recipient, order: Order, files: Sequence[File], told: Told, *, head: Head, on: date, care: bool
) -> dict[str, Any]:
    """Of one payment, with all the files that it pays."""
    facts: list[tuple[str, Said]] = [
        (words.say("payment"), code(order.reference)), (words.say("paid_on"), words.day(order.day)),
        (words.say("fund"), order.fund.get(words.lang, "")), (words.say("account"), code(f"…{order.account}")),
        (words.say("amount"), words.amount(order.amount)),
    ]  # fmt: skip
    blocks: list[Block] = [paragraph(words.say("payment_opening")), _payments(words, order, files)]
    if any(sum(line.paid for line in file.lines) != order.claims[file.claim] for file in files):
        blocks.append(paragraph(words.say("payment_part")))
    for file in files:
        blocks += [heading(words.say("file_heading", number=file.number, day=words.day(file.received)))]
        blocks += _file(words, file, told, care=care, level=3)
    return envelope(words, "payment", to, head=head, on=on, facts=facts, blocks=[*blocks, *_end(words, head)])


def _payments(words: Words, order: Order, files: Sequence[File]) -> Block:
    """What the payment is made of, file by file, adding up to it."""
    rows: list[list[Said]] = [
        [code(file.number), words.short_day(file.received), words.amount(order.claims[file.claim])] for file in files
    ]
    if order.other:
        rows.append([words.say("other_amounts"), "", words.amount(order.other)])
    columns = [words.say("file"), words.say("received"), words.say("paid")]
    total = [words.say("total"), "", words.amount(order.amount)]
    return {"t": "table", "columns": columns, "wide": [1, 1, 1], "ends": [2], "rows": rows, "total": total}


def _file(words: Words, file: File, told: Told, *, care: bool, level: int) -> list[Block]:
    blocks = [_lines(words, file.lines, care=care)]
    steps = [told[line.line].waterfall for line in file.lines if line.line in told and line.state != "to_review"]
    if any(steps):
        blocks += [heading(words.say("how"), level), _fall(words, summed(steps))]
    if care:
        blocks += [_why(told[line.line]) for line in file.lines if line.line in told and line.paid < line.billed]
    return blocks


def _lines(words: Words, lines: Sequence[Line], *, care: bool) -> Block:
    columns = [words.say(key) for key in ("day", "patient", "act", "billed", "paid", "share", "state")]
    rows = [_row(words, line, care=care) for line in lines]
    sums = [sum(getattr(line, name) for line in lines) for name in ("billed", "paid")]
    rest = sum(line.share + line.reductions for line in lines)
    total: list[Said] = [words.say("total"), "", "", *map(words.amount, (*sums, rest)), ""]
    return {
        "t": "table", "columns": columns, "wide": [0, 2, 3, 0, 0, 0, 0], "ends": [3, 4, 5], "rows": rows,
        "total": total,
    }  # fmt: skip


def _row(words: Words, line: Line, *, care: bool) -> list[Said]:
    decided = line.state not in ("", "to_review")
    act = (line.labels[words.lang] or line.code) if care else words.say("care")
    return [
        words.short_day(line.day), line.person.said(words.lang), act, words.amount(line.billed),
        words.amount(line.paid) if decided else "", words.amount(line.share + line.reductions) if decided else "",
        words.say(f"state_{line.state or 'waiting'}"),
    ]  # fmt: skip


def summed(falls: Sequence[Sequence[Step]]) -> list[Step]:
    """The bars of several lines as those of the whole file: cuts by reason, payers by layer, shares by reason, each
    from where the one before ended."""
    sums: dict[tuple[str, str], Step] = {}
    for fall in falls:
        for step in fall:
            key = (step.kind, step.name)
            held = sums.get(key)
            sums[key] = Step(step.kind, step.name, step.label, step.amount + (held.amount if held else 0))
    order = ("billed", "cut", "base", "paid", "share")
    level, found = 0, []
    for step in sorted(sums.values(), key=lambda one: order.index(one.kind)):
        if step.kind in ("billed", "base"):
            level = step.amount
            found.append(step)
            continue
        level -= step.amount
        found.append(Step(step.kind, step.name, step.label, step.amount, level))
    assert level == 0, "a waterfall that does not end at nothing"
    return found


def _fall(words: Words, steps: Sequence[Step]) -> Block:
    """Places and widths of bars in thousandths of what was billed."""
    most = max((step.amount for step in steps), default=0) or 1
    labels = {"cut": "step_cut", "base": "step_base", "paid": "step_paid", "share": "step_share"}
    rows = [
        {
            "kind": step.kind, "from": step.start * 1000 // most, "wide": max(step.amount * 1000 // most, 4),
            "label": words.say(labels[step.kind], label=step.label) if step.kind in labels else step.label,
            "amount": words.amount(step.amount),
        }
        for step in steps
    ]  # fmt: skip
    return {"t": "fall", "rows": rows}


def _why(told: Explained) -> Block:
    """The sentences of a line that is not paid in full; the first names the act and the day."""
    opening, *rest = told.sentences
    return {"t": "why", "h": opening, "s": rest}


def _end(words: Words, head: Head) -> list[Block]:
    return [{"t": "note", "s": appeal(words, head)}]
