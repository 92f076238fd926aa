"""What pyproject.toml cannot say: the pages of docs/concepts go into the package, where the desk shows them as help."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithConcepts(build_py):
    """Copies the pages beside the module that reads them."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            source, target = Path("docs/concepts"), Path(self.build_lib) / "tiwizi" / "doors" / "look" / "concepts"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)


setup(cmdclass={"build_py": WithConcepts})
