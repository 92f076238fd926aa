"""The plan that a person names: a file, or a pack's plan such as ``ma/public``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiwizi.doors.cli.voice import ERRORS, Stop, Voice

if TYPE_CHECKING:
    from tiwizi.rules.plan.document import Plan
    from tiwizi.rules.plan.problem import Problem


def open_plan(voice: Voice, named: str) -> tuple[Plan, Path]:
    """A plan without errors, and its file. Errors are shown, then it raises Stop."""
    path = plan_path(named)
    plan, problems = read_problems(path)
    if plan is None:
        show_problems(voice, problems)
        raise Stop("plan_has_errors", code=ERRORS, plan=path, errors=sum(problem.is_error for problem in problems))
    return plan, path


def plan_path(named: str) -> Path:
    """The file of a plan. Raises Stop where there is none."""
    path = Path(named)
    if path.is_file():
        return path
    plans = known_plans()
    if named in plans:
        return plans[named]
    raise Stop("no_such_plan", plan=named, known=", ".join(plans))


def known_plans() -> dict[str, Path]:
    """The plans that the packs bring, as they are named on the command line."""
    from tiwizi import packs

    return {
        f"{pack}/{path.stem}": path
        for pack in packs.available()
        for path in sorted((packs.folder(pack) / "plans").glob("*.toml"))
    }


def read_problems(path: Path) -> tuple[Plan | None, list[Problem]]:
    """The plan of a file, and all that is wrong with it. Raises Stop where the file cannot be read at all."""
    from tiwizi.packs import read_plan_file

    try:
        return read_plan_file(path)
    except OSError as problem:
        raise Stop("plan_unreadable", plan=path, why=problem.strerror or problem) from None


def show_problems(voice: Voice, problems: Sequence[Problem]) -> None:
    """Each problem of a plan: where, what and why, the way out."""
    for problem in problems:
        severity = voice.text(f"severity_{problem.severity}")
        voice.err.print(f"{problem.file}:{problem.line}  {problem.field}", style="bold", markup=False)
        voice.paragraph(f"{severity}: {problem.message(voice.lang)}", console=voice.err)
        voice.paragraph(problem.way_out(voice.lang), console=voice.err, style="dim")


def problem_values(problem: Problem, lang: str) -> dict[str, Any]:
    """A problem for a machine."""
    return {
        "severity": problem.severity,
        "file": problem.file,
        "line": problem.line,
        "field": problem.field,
        "key": problem.key,
        "message": problem.message(lang),
        "way_out": problem.way_out(lang),
    }
