"""``tiwizi demo``: from nothing to a decided, paid and booked backlog of a made-up mutual, told over eight days;
then the desk opens on it, while the files that came in today are being decided."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiwizi import __version__
from tiwizi.doors.cli import demo_mutual as mutual
from tiwizi.doors.cli.books import show_balances
from tiwizi.doors.cli.demo_backlog import keep_back
from tiwizi.doors.cli.generate import make_up
from tiwizi.doors.cli.intake import bring_in, tariffs_of
from tiwizi.doors.cli.money_words import major
from tiwizi.doors.cli.open_records import Who, open_records, refusals_as_messages
from tiwizi.doors.cli.run import worker_name
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import Voice, explained, speaks
from tiwizi.doors.cli.whole import whole_folder, write_receipt
from tiwizi.doors.clock import days_ago, today
from tiwizi.locale import LANGUAGES, text

if TYPE_CHECKING:
    from tiwizi.records.care.queries.progress import Progress

PLAN, SEED, RECORDS = "ma/public", 1, "records.sqlite3"
#: Files of a piece of today's run.
PIECE = 100


@speaks
def demo(
    voice: Voice,
    *,
    members: Annotated[int, typer.Option("--members", help=explained("members"))] = 20_000,
    files: Annotated[int, typer.Option("--files", help=explained("files"))] = 48_000,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=explained("out"))] = Path("demo"),
    force: Annotated[bool, typer.Option("--force", help=explained("force"))] = False,
    once: Annotated[bool, typer.Option("--once", envvar="DEMO_ONCE", help=explained("demo_once"))] = False,
    port: Annotated[int, typer.Option("--port", help=explained("port"))] = 8000,
) -> None:
    with whole_folder(out, force=force) as folder:
        os.environ.pop("TIWIZI_DATABASE", None)  # the demo never touches anybody's records
        open_records(str(folder / RECORDS))
        with refusals_as_messages(voice.lang):
            told = tell(voice, folder, members=members, files=files)
        write_receipt(folder, {"command": "demo", "version": __version__, "members": members, "files": files})
    voice.say("demo_next", path=out, database=out / RECORDS, line=told["lines"][0])
    voice.answer({"out": str(out), **told})
    if not (once or voice.json):
        open_desk(voice, out / RECORDS, port=port)


def open_desk(voice: Voice, database: Path, *, port: int) -> None:
    """The desk of the made-up mutual, until somebody closes it. In a process of its own: this one has the records open
    under the name that they had before they were whole."""
    import subprocess
    import sys

    from rich.table import Table

    logins = Table("login", "role", box=None, header_style="dim")
    administrators = {Who(login): ("it_admin",) for login in mutual.ADMINISTRATORS}
    for who, roles in (mutual.ROLES | administrators).items():
        logins.add_row(who.login, ", ".join(text("desk/roles", role, lang=voice.lang) for role in roles))
    voice.out.rule(voice.text("demo_desk"))
    voice.say("demo_logins", address=f"http://localhost:{port}", password=mutual.PASSWORD)
    voice.show(logins)
    words = [sys.executable, "-m", "tiwizi", "serve", "--database", str(database), "--port", str(port)]
    subprocess.run([*words, "--lang", voice.lang], env=os.environ | {"TIWIZI_DEMO": "1"}, check=False)


def tell(voice: Voice, folder: Path, *, members: int, files: int) -> dict[str, Any]:
    """The story, day by day."""
    from django.db import connection

    from tiwizi.records.care.queries.lines import telling_lines

    try:
        make_up(voice, folder / "tables", members=members, files=files, seed=SEED, format="parquet", force=False)
        early, today_s = keep_back(folder / "tables", folder)
        with days_ago(7):
            mutual.open_the_mutual(voice, PLAN)
            number = _take_in(voice, early)
        with days_ago(6):
            run = _decide(voice)
        with days_ago(5):
            accounts = mutual.bring_accounts(voice)
        with days_ago(2):
            batches = mutual.pay(voice, PLAN.partition("/")[0], folder / "bank")
        with days_ago(1):
            paid, returned = mutual.take_statements()
        _backlog(voice, today_s)
        voice.say("demo_paid", paid=written(paid, voice), returned=written(returned, voice))
        trial = _show_books(voice)
        lines = telling_lines()
        _explain_each(voice, lines)
    finally:
        connection.close()
    return {
        "import": number, "run": vars(run), "accounts": accounts, "batches": batches, "orders_paid": paid,
        "orders_returned": returned, "trial": trial, "lines": lines, "unit": "minor",
    }  # fmt: skip


def _take_in(voice: Voice, tables: Path) -> int:
    arrived = bring_in(
        voice, mutual.AGENT, tables, declared=None, currency="MAD", on=today(), tariff_files=tariffs_of(voice, PLAN)
    )
    mutual.sign_tariff()
    counts = {table: written(total.rows, voice) for table, total in arrived.totals.items()}
    repair = sum(effect.get("repair", 0) for effect in arrived.outcome.values())
    voice.say("demo_taken_in", lines=counts["lines"], people=counts["people"], repair=written(repair, voice))
    return arrived.number


def _backlog(voice: Voice, tables: Path) -> None:
    """What came in today waits to be decided, in pieces small enough to be seen on their way."""
    from tiwizi.records.care.operations.run import start_run

    arrived = bring_in(voice, mutual.AGENT, tables, declared=None, currency="MAD", on=today())
    start_run(mutual.ADJUDICATOR.by(), day=today(), claims_per_shard=PIECE)
    voice.say("demo_backlog", files=written(arrived.totals["claims"].rows, voice))


def _decide(voice: Voice) -> Progress:
    from tiwizi.doors.clock import now
    from tiwizi.records.care.operations.run import start_run
    from tiwizi.records.care.queries.progress import progress
    from tiwizi.records.care.worker import work

    run = start_run(mutual.ADJUDICATOR.by(), day=today())
    with voice.progress("deciding"):
        work(run=run, worker=worker_name(), clock=now, threads=os.cpu_count() or 1)
    done = progress(run)
    sums = {name: major(getattr(done, name), voice) for name in ("billed", "paid", "reductions", "share")}
    voice.say("demo_decided", lines=written(done.lines, voice), claims=written(done.claims, voice), **sums)
    return done


def _show_books(voice: Voice) -> dict[str, int]:
    """The trial balance of each book; what is left of it, which is 0."""
    from tiwizi.records.money.queries.balances import balances
    from tiwizi.records.money.queries.journal import chart

    found, books = balances(), chart()
    voice.out.rule(voice.text("demo_books"))
    for fund in books.funds.values():
        mine = [one for one in found if one.account.startswith(f"{fund.id}:")]
        if mine:
            show_balances(voice, mine, books, title=fund.name[voice.lang])
    return {fund: sum(one.net for one in found if one.account.startswith(f"{fund}:")) for fund in books.funds}


def _explain_each(voice: Voice, lines: list[str]) -> None:
    """Each line in a language of its own."""
    from tiwizi.records.care.queries.decisions import explain
    from tiwizi.records.care.queries.lines import line_of

    voice.out.rule(voice.text("demo_line"))
    for line, lang in zip(lines, LANGUAGES, strict=False):
        speaker, number = Voice(lang, voice.json), line_of(line)
        assert number is not None
        claim, _, own = line.rpartition("/")
        speaker.paragraph(speaker.text("explained_line", claim=claim, line=own), style="bold")
        for sentence in explain(number, lang):
            speaker.paragraph(sentence)
        speaker.out.print()
