"""What holds for every verb: help, languages, exit codes, one message and no traceback."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Tiwizi, python, start

from tiwizi import __version__, records
from tiwizi.doors.cli import voice
from tiwizi.doors.cli.voice import language
from tiwizi.locale import catalogue
from tiwizi.rules.terms import REASONS, STATES

VERBS = (
    "adjudicate", "explain", "redecide", "summary", "generate", "demo", "plan", "import",
    "migrate", "intake", "worker", "backup", "restore", "verify", "user", "run", "account", "pay", "bank", "books",
)  # fmt: skip


def test_help_names_every_verb_and_the_exit_codes(tiwizi: Tiwizi) -> None:
    said = tiwizi("--help")
    assert said.code == 0
    assert all(f"\n  {verb} " in said.out for verb in VERBS)
    assert "Exit codes: 0 done; 1" in said.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(tiwizi: Tiwizi, verb: str) -> None:
    said = tiwizi(verb, "--help")
    assert said.code == 0 and "Usage:" in said.out


def test_the_version_is_that_of_the_package(tiwizi: Tiwizi) -> None:
    assert tiwizi("--version").out == f"tiwizi {__version__}\n"


def test_the_installed_package_has_the_version_of_the_source() -> None:
    try:
        installed = metadata.version("tiwizi")
    except metadata.PackageNotFoundError:
        pytest.skip("tiwizi is not installed here: make test installs it")
    assert installed == __version__


def test_help_speaks_the_language_asked_for() -> None:
    said, _ = start("explain", "--lang", "ar", "--help").communicate()
    assert catalogue("cli", "ar")["help_explain"] in said


def test_help_imports_none_of_what_computes() -> None:
    heavy = "{'numpy', 'numba', 'pyarrow', 'babel', 'rich', 'django', 'psycopg'}"
    loaded, _ = python("-c", f"import sys, tiwizi.doors.cli.main; print(*{heavy} & set(sys.modules))").communicate()
    assert loaded == "\n"


def test_the_language_is_the_one_asked_for_then_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIWIZI_LANG", "ar")
    monkeypatch.setenv("LANG", "fr_MA.UTF-8")
    assert language("en") == "en"
    assert language(None) == "ar"
    monkeypatch.delenv("TIWIZI_LANG")
    assert language(None) == "fr"
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert language(None) == "en"


def test_an_unknown_language_is_refused(tiwizi: Tiwizi) -> None:
    said = tiwizi("plan", "check", "ma/public", "--lang", "tlh")
    assert said.code == 2 and "tlh" in said.err


def test_an_unknown_option_ends_with_2_and_says_which(tiwizi: Tiwizi) -> None:
    said = tiwizi("adjudicate", "--teach", "me")
    assert said.code == 2 and "--teach" in said.err and "Traceback" not in said.err


def test_no_text_is_there_that_nobody_says() -> None:
    words = {
        word
        for path in (*Path(voice.__file__).parents[1].glob("[cg]*/*.py"), *Path(records.__file__).parent.rglob("*.py"))
        for word in re.findall(r"""["'](\w+)["']""", path.read_text(encoding="utf-8"))
    }
    families = (
        "help_", "help_plan_", "help_import_", "help_user_", "help_runs_", "help_account_", "help_pay_", "help_bank_",
        "help_books_", "help_tariff_", "help_regions_",
        "help_papers_", "column_", "by_", "state_", "severity_", "check_", "backup_", "intake_", "run_", "batch_state_",
        "order_state_", "held_",
    )  # fmt: skip
    said = words | {head + word for head in families for word in (*words, *STATES, "error", "warning")}
    assert set(catalogue("cli", "en")) - said == set()


def test_every_reason_has_a_short_name() -> None:
    assert set(catalogue("reasons", "en")) >= {reason.name for reason in REASONS}


# What the system refuses


@pytest.mark.parametrize("option", ["--plan", "--tables", "--out"])
def test_a_name_too_long_for_the_system_is_said(tiwizi: Tiwizi, village: Path, option: str) -> None:
    words = {"--plan": village / "plan.toml", "--tables": village, "--out": village / "out"} | {option: "x" * 5_000}
    said = tiwizi("adjudicate", *(word for pair in words.items() for word in pair))
    assert said.code == 2 and "Nothing was written" in said.err


def test_memory_that_does_not_suffice_is_said(tiwizi: Tiwizi, village: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_folder(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("tiwizi.formats.tables.read_folder", read_folder)
    said = tiwizi("adjudicate", "--plan", village / "plan.toml", "--tables", village, "--out", village / "out")
    assert said.code == 2 and "memory" in said.err


def test_a_command_can_have_no_more_memory_than_the_machine() -> None:
    asks = (
        "import numpy, os; from tiwizi.doors.cli import memory; memory.keep_within_memory()\n"
        "most = max(memory.LEAST, os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE'))\n"
        "numpy.empty(1 << 30, 'u1'); print('a part')\n"
        "numpy.empty(most, 'u1')"
    )
    out, err = python("-c", asks).communicate(timeout=60)
    assert out == "a part\n" and "MemoryError" in err


def test_what_one_thread_frees_the_next_uses_again() -> None:
    code = (
        "from tiwizi.doors.cli import memory; memory.use_memory_again()\n"
        "import ctypes, numpy, pyarrow, sys, threading\n"
        "if not hasattr(ctypes.CDLL(None), 'mallopt'): sys.exit()\n"
        "assert pyarrow.default_memory_pool().backend_name == 'system'\n"
        "faults = lambda: int(open('/proc/self/stat').read().rpartition(')')[2].split()[7])\n"
        "def work():\n"
        "    thread = threading.Thread(target=lambda: numpy.ones(400_000)); thread.start(); thread.join()\n"
        "work(); before = faults()\n"
        "for _ in range(100): work()\n"
        "assert faults() - before < 10_000, 'a hundred arrays of 781 pages each'\n"
    )
    assert python("-c", code).wait(timeout=60) == 0


def test_a_link_to_nowhere_beside_the_tables_disturbs_nobody(tiwizi: Tiwizi, village: Path) -> None:
    (village / "old.csv").symlink_to("nowhere")
    (village / "round.csv").symlink_to("round.csv")
    said = tiwizi("adjudicate", "--plan", village / "plan.toml", "--tables", village, "--out", village / "out")
    assert said.code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "ar", "plan", "check", "ma/public"),
        ("plan", "--lang", "ar", "check", "ma/public"),
        ("plan", "check", "ma/public", "--lang", "ar"),
        ("--lang", "fr", "plan", "check", "ma/public", "--lang", "ar"),
        ("--lang=ar", "plan", "check", "ma/public"),
    ],
)
def test_the_language_is_heard_before_the_verb_as_after_it(tiwizi: Tiwizi, words: tuple[str, ...]) -> None:
    assert tiwizi(*words).out == tiwizi("plan", "check", "ma/public", "--lang", "ar").out
    assert tiwizi(*words).out != tiwizi("plan", "check", "ma/public").out


def test_an_unknown_language_before_the_verb_is_refused(tiwizi: Tiwizi) -> None:
    said = tiwizi("--lang", "tlh", "plan", "check", "ma/public")
    assert said.code == 2 and "tlh" in said.err
