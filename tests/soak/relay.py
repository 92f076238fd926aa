"""A process that is loaded once and then splits off a child for each act, so that hundreds can be killed in a minute.

with relay(word) as runner:
    child = runner.start("carry", folder=..., attempt=3)
    runner.kill_after(child, seconds=0.2)  -> True if it was killed, False if it had ended well before
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from tests.soak.crew import CHECKOUT


class Runner:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def start(self, act: str, word: str, **values: Any) -> int:
        """Split off a child that does an act on a database; its process id."""
        self._tell({"act": act, "word": word, "values": values})
        return int(self._answer()["child"])

    def kill_after(self, child: int, *, seconds: float) -> bool:
        """Kill a child with SIGKILL after so long; whether it was still at work. One that fails by itself is a bug."""
        if not self.ended(seconds=seconds):
            with suppress(ProcessLookupError):  # it has ended since it was asked
                os.kill(child, signal.SIGKILL)
        status = int(self._answer()["status"])
        assert status in (0, -signal.SIGKILL), f"the child ended with {status}: {self._errors()}"
        return status != 0

    def ended(self, *, seconds: float) -> bool:
        """Whether the child has ended, or ends within so long."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        return bool(ready)

    def finish(self, act: str, word: str, *, seconds: float = 120, **values: Any) -> None:
        """Let a child do an act to its end."""
        assert not self.kill_after(self.start(act, word, **values), seconds=seconds), (
            f"{act} took longer than {seconds} s"
        )

    def status(self) -> int:
        """Wait for the end of the child that was started last, however it ends."""
        return int(self._answer()["status"])

    def _tell(self, what: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the relay has gone: {self._errors()}"
        return cast("dict[str, Any]", json.loads(line))

    def _errors(self) -> str:
        self.process.kill()
        assert self.process.stderr is not None
        return self.process.stderr.read()


@contextmanager
def relay(module: str) -> Iterator[Runner]:
    """A relay; ``module`` has the acts."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tiwizi.site.settings",
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT / "src"), str(CHECKOUT)]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.soak.relay", module], env=environment, cwd=CHECKOUT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Runner(process)
    finally:
        process.kill()
        process.communicate()


def _serve(module: str) -> None:
    """Read acts, split off a child for each, tell its number and how it ended."""
    import django

    django.setup()
    acts = __import__(module, fromlist=["warm_up"])
    acts.warm_up()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _do(acts, asked)
        print(json.dumps({"child": child}), flush=True)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"status": os.waitstatus_to_exitcode(status)}), flush=True)


def _do(acts: Any, asked: dict[str, Any]) -> None:
    import traceback

    from tests.databases import using

    try:
        with using(asked["word"]):
            getattr(acts, asked["act"])(**asked["values"])
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        time.sleep(0.05)
        os._exit(1)


if __name__ == "__main__":
    _serve(sys.argv[1])
