"""Every figure of the bench can still be measured; how fast is not a matter for tests."""

from __future__ import annotations

import pytest
from bench.__main__ import SUBJECTS, _cells
from bench.figure import Figure
from bench.mutual import Mutual
from bench.sizes import TINY

from bench import (
    agreement,
    bank_file,
    crews,
    growth,
    kernel,
    letters,
    new_plan,
    records_books,
    records_intake,
    records_run,
    redecision,
    whole,
)


@pytest.fixture(scope="module")
def mutual(tmp_path_factory: pytest.TempPathFactory) -> Mutual:
    return Mutual(tmp_path_factory.mktemp("bench"), TINY)


def test_every_subject_is_tried_here() -> None:
    assert set(SUBJECTS) == {
        "kernel", "new_plan", "whole", "redecision", "crews", "growth", "records_run", "bank_file", "records_books",
        "records_intake", "desk_typing", "desk", "letters", "agreement",
    }  # fmt: skip


def test_the_kernel_is_timed_alone_on_two_threads_and_against_the_reference(mutual: Mutual) -> None:
    assert [figure.what for figure in kernel.figures(mutual)][:3] == [
        "kernel, one thread",
        "engine / reference",
        "kernel, two threads / one",
    ]


def test_both_engines_agree_on_every_random_line(mutual: Mutual) -> None:
    lines, differences = agreement.figures(mutual)
    assert lines.reached and differences.measured == 0


def test_a_new_plan_compiles_no_machine_code(mutual: Mutual) -> None:
    assert new_plan.figures(mutual)[1].measured == 0


def test_the_whole_command_is_timed_from_parquet_and_from_csv(mutual: Mutual, monkeypatch: pytest.MonkeyPatch) -> None:
    real = whole.adjudicate
    monkeypatch.setattr(whole, "adjudicate", lambda *words, cache=None: real(*words))  # no compiling in a test
    figures = whole.figures(mutual)
    assert all(figure.measured is not None for figure in figures)


def test_ever_larger_runs_are_timed(mutual: Mutual) -> None:
    engine, command, *_ = growth.figures(mutual)
    assert engine.measured and command.measured


def test_the_file_that_pays_is_timed_in_both_forms(mutual: Mutual) -> None:
    assert all(figure.measured for figure in bank_file.figures(mutual))


def test_a_backlog_in_the_records_and_one_file_at_the_desk_are_timed_on_both_databases(mutual: Mutual) -> None:
    figures = records_run.figures(mutual)
    assert all(figure.measured is not None for figure in figures)
    assert [figure.unit for figure in figures].count("ms") == 2


def test_deciding_again_is_timed_for_the_engine_the_desk_and_the_command(mutual: Mutual) -> None:
    assert len(redecision.figures(mutual)) == 5


def test_the_process_pool_is_compared_with_ray_where_there_is_one(mutual: Mutual) -> None:
    first, *others = crews.figures(mutual)
    assert first.what == "Ray above the process pool"
    assert (first.measured is None) == (not others)


def test_bringing_in_is_timed_on_both_databases(mutual: Mutual) -> None:
    figures = records_intake.figures(mutual)
    assert len(figures) == 12 and all(figure.measured for figure in figures)


@pytest.mark.parametrize(
    ("asked", "measured", "reached"),
    [("at least", 9.9, False), ("at least", 10, True), ("at most", 10, True), ("at most", 10.1, False)],
)
def test_a_figure_says_whether_its_target_is_reached(asked: str, measured: float, reached: bool) -> None:
    assert Figure("speed", "x", measured, asked, 10).reached is reached


def test_what_could_not_be_measured_is_not_reached() -> None:
    figure = Figure("speed", "x", None, "at most", 10, "why")
    assert figure.reached is False
    assert list(_cells(figure)) == ["speed", "at most 10", "not measured", "NO", "why"]


def test_payment_and_the_books_are_timed_on_both_databases(mutual: Mutual) -> None:
    figures = records_books.figures(mutual)
    assert len(figures) == 2 * 17 and all(figure.measured is not None for figure in figures)


def test_a_statement_is_timed_for_a_file_and_for_a_payment(mutual: Mutual, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MEMBERS", 30)
    monkeypatch.setattr(letters, "FILES", 60)
    figures = letters.figures(mutual)
    assert [figure.what for figure in figures] == ["20 statements, each of a file", "20 statements, each of a payment"]
    assert all(figure.measured is not None and "pages" in figure.note for figure in figures)
