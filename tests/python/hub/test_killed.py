"""Downloads killed at random moments; 1000 of them are a nightly run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[3] / "benchmarks" / "nightly" / "killed_downloads.py"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")
def test_no_kill_leaves_a_partial_or_wrong_file() -> None:
    command = [sys.executable, str(PROGRAM), "--rounds", "60"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "60 kills, 0 partial or wrong files" in done.stdout
    assert done.stdout.count("'killed'") == 2, done.stdout
