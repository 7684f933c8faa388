"""What features cost, in instructions: a count that no other process changes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CPU = Path("/proc/cpuinfo")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="counts are taken by valgrind"),
    pytest.mark.skipif(
        not (CPU.exists() and " avx2 " in CPU.read_text()), reason="counts are those of AVX2"
    ),
]

# Far apart: what Python does by chance while it begins is some ten million instructions.
FRAMES = (200, 6200)
PROGRAM = """
import sys
import numpy as np
from onnxformers.audio import mel_filter_bank, window_function
from onnxformers._native.audio import Spectrogram
sound = (np.arange(int(sys.argv[2]) * 160) % 577).astype(np.float32)
frames = np.lib.stride_tricks.sliding_window_view(sound, 160)[::160].repeat(3, 1)[:, :400].copy()
bank = mel_filter_bank(201, 80, 0.0, 8000.0, 16000, norm="slaney", mel_scale="slaney")
options = dict(hop_length=160, fft_length=400, mel_filters=bank, log_mel="log10", power=2.0)
features = Spectrogram(window_function(400), **options)
if sys.argv[1] == "features":
    features.run(sound, 1)
if sys.argv[1] == "transforms":
    np.fft.rfft(frames)
"""


def instructions(case: str, frames: int, folder: Path) -> int:
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'out'}"]
    command += [sys.executable, "-c", PROGRAM, case, str(frames)]
    search = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": search}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr
    return int(found.group(1))


def test_features_take_little_more_than_a_bare_transform(tmp_path: Path) -> None:
    # Measured 1.9, with AVX2: windows, filters and logarithms are in it.
    counts = {}
    for case in ("none", "features", "transforms"):
        few, many = (instructions(case, frames, tmp_path) for frames in FRAMES)
        counts[case] = (many - few) / (FRAMES[1] - FRAMES[0])
    features = counts["features"] - counts["none"]
    transforms = counts["transforms"] - counts["none"]
    assert 0 < features < 2.4 * transforms, counts
