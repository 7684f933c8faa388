"""Builds the C++ tests and the replay programs of the fuzz targets, and runs them through ctest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str) -> None:
    """Fail with what the command printed; CMake and Ninja are those beside this Python."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_the_core_passes_its_own_tests() -> None:
    # Compilers that we do not know have warnings that we do not know: errors only in CI.
    werror = "ON" if os.environ.get("CI") else "OFF"
    run("cmake", "--preset", "tests", f"-DONNXFORMERS_WERROR={werror}")
    run("cmake", "--build", "--preset", "tests")
    run("ctest", "--preset", "tests", "--no-tests=error")
