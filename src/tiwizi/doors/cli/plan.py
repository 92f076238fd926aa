"""``tiwizi plan``: check a plan, read it in sentences, run its worked cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tiwizi.doors import clock
from tiwizi.doors.cli.day_asked import day_asked
from tiwizi.doors.cli.open_plan import open_plan, plan_path, problem_values, read_problems, show_problems
from tiwizi.doors.cli.open_records import Who, acts
from tiwizi.doors.cli.voice import DONE, ERRORS, Stop, Voice, explained, speaks

PlanFile = Annotated[str, typer.Argument(metavar="FILE", help=explained("plan_file"))]


@speaks
def check(voice: Voice, file: PlanFile) -> int:
    """Says every problem; the exit code is 1 where one of them is an error."""
    from tiwizi.rules.plan.document import clauses

    path = plan_path(file)
    plan, problems = read_problems(path)
    show_problems(voice, problems)
    voice.answer({"plan": str(path), "good": plan is not None, "problems": _values(problems, voice.lang)})
    if plan is None:
        errors = sum(problem.is_error for problem in problems)
        voice.paragraph(voice.text("plan_check_failed", plan=path, errors=errors), console=voice.err, style="bold")
        return ERRORS
    rules = len(clauses(plan)) - 1
    voice.say("plan_is_good", plan=path, warnings=len(problems), layers=len(plan.layers), rules=rules)
    return DONE


@speaks
def show(
    voice: Voice,
    file: PlanFile,
    *,
    on: Annotated[str | None, typer.Option(metavar="DAY", help=explained("on"))] = None,
) -> None:
    """The plan as it stands on a day."""
    from tiwizi.rules.plan.show import show as sentences

    day = day_asked(on)
    plan, path = open_plan(voice, file)
    sections = sentences(plan, on=day, lang=voice.lang)
    for section in sections:
        voice.paragraph(section.heading, style="bold")
        for sentence in section.sentences:
            voice.paragraph(f"• {sentence}")
    said = [{"heading": section.heading, "sentences": list(section.sentences)} for section in sections]
    voice.answer({"plan": str(path), "on": day.isoformat(), "sections": said})


@speaks
def test(
    voice: Voice,
    what: Annotated[str, typer.Argument(metavar="FILE|DIR|PACK", help=explained("cases"))],
    *,
    every: Annotated[bool, typer.Option("--every", help=explained("every_case"))] = False,
) -> int:
    """Runs each case by both engines; the exit code is 1 where one fails."""
    from tiwizi.packs.cases import run

    results: list[Any] = []
    files = _case_files(what)
    with voice.progress("testing", total=len(files)) as advance:
        for file in files:
            results += run(file, lang=voice.lang)
            advance(1)
    failed = [result for result in results if not result.ok]
    for result in results if every else failed:
        _show_case(voice, result)
    voice.say("cases_counted", passed=len(results) - len(failed), failed=len(failed))
    voice.answer({"passed": len(results) - len(failed), "failed": [result.json() for result in failed]})
    return ERRORS if failed else DONE


@speaks
@acts
def propose(
    voice: Voice,
    who: Who,
    file: PlanFile,
    *,
    effective: Annotated[str, typer.Option("--effective", metavar="DAY", help=explained("plan_effective"))],
    voted: Annotated[str | None, typer.Option("--voted", metavar="DAY", help=explained("plan_voted"))] = None,
    approved: Annotated[str | None, typer.Option("--approved", metavar="DAY", help=explained("plan_approved"))] = None,
) -> None:
    """A version of a plan without errors, for another to publish."""
    from tiwizi.records.cover.operations import propose_plan

    plan, path = open_plan(voice, file)
    version = propose_plan(
        who.by(),
        text=path.read_text(encoding="utf-8"),
        effective_on=day_asked(effective),
        voted_on=day_asked(voted) if voted else None,
        approved_on=day_asked(approved) if approved else None,
    )
    voice.say("plan_proposed", plan=plan.id, version=version)
    voice.answer({"plan": plan.id, "version": version})


@speaks
@acts
def publish(
    voice: Voice, who: Who, version: Annotated[int, typer.Argument(metavar="VERSION", help=explained("plan_version"))]
) -> None:
    """What was proposed decides claims from now on, from the day that it takes effect."""
    from tiwizi.records.cover.operations import publish_plan

    publish_plan(who.by(), version=version, on=clock.today())
    voice.say("plan_published", version=version)
    voice.answer({"version": version})


COMMANDS = {"check": check, "show": show, "test": test, "propose": propose, "publish": publish}


def _values(problems: list[Any], lang: str) -> list[dict[str, Any]]:
    return [problem_values(problem, lang) for problem in problems]


def _case_files(what: str) -> list[Path]:
    """The case files of a pack, of a folder, or one file."""
    from tiwizi import packs

    path = packs.folder(what) / "cases" if what in packs.available() else Path(what)
    files = [path] if path.is_file() else sorted(path.glob("**/*.toml"))
    if not files:
        raise Stop("no_such_cases", path=what)
    return files


def _show_case(voice: Voice, result: Any) -> None:
    """A case: whether it holds, what it is about and why, and what is not as it expects."""
    holds = voice.text("case_holds" if result.ok else "case_failed")
    voice.out.print(f"{holds}  {result.file}  {result.name}", style="" if result.ok else "bold", markup=False)
    for words in (result.title, result.why):
        if words:
            voice.paragraph(words, style="dim")
    for difference in result.differences:
        voice.paragraph(difference)
