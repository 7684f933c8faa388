"""Builds the C++ tests and the replay programs of the fuzz targets, and runs them through ctest."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Beside the running Python, so that a virtual environment need not be activated.
SEARCH_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
# Not the preset's own folder, whose settings differ: neither rebuilds the other.
BUILD = str(ROOT / "build" / "pytest")
LIMIT_S = 1200


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": SEARCH_PATH},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=LIMIT_S,
        check=False,
    )


def succeed(*command: str) -> None:
    result = run(*command)
    if result.returncode != 0:
        pytest.fail(f"{' '.join(command)}\n{result.stdout[-20_000:]}", pytrace=False)


def need(program: str) -> str:
    found = shutil.which(program, path=SEARCH_PATH)
    if found is None:
        pytest.fail(f"{program} is missing: pip install '.[test]' brings it", pytrace=False)
    return found


def why_no_sanitizers(compiler: str, folder: Path) -> str | None:
    """What happens to an empty program with sanitizers; None when it runs."""
    source = folder / "empty.cpp"
    source.write_text("int main() {}\n")
    program = str(folder / "empty")
    # CXX may hold a launcher or options: "ccache g++".
    result = run(*shlex.split(compiler), "-fsanitize=address,undefined", str(source), "-o", program)
    if result.returncode == 0:
        result = run(program)
    return None if result.returncode == 0 else result.stdout.strip()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the presets are for GCC and Clang")
def test_the_native_core_passes_its_tests_under_sanitizers(tmp_path: Path) -> None:
    compiler = os.environ.get("CXX") or shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    cmake = need("cmake")
    need("ninja")
    trouble = why_no_sanitizers(compiler, tmp_path)
    preset = "asan" if trouble is None else "tests"
    configure = [cmake, "--preset", preset, "-B", BUILD]
    # Compilers that we do not know have warnings that we do not know: errors only in CI.
    configure.append(f"-DONNXFORMERS_WERROR={'ON' if os.environ.get('CI') else 'OFF'}")
    if run(*configure).returncode != 0:
        # What lies there may come from another folder, compiler or CMake.
        succeed(*configure, "--fresh")
    succeed(cmake, "--build", BUILD)
    run_all = [need("ctest"), "--test-dir", BUILD, "--parallel", "2"]
    succeed(*run_all, "--output-on-failure", "--no-tests=error")
    if trouble is not None:
        pytest.skip(f"passed, but without sanitizers, which {compiler} cannot use: {trouble}")
