"""Loading and closing leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tiny_models as tiny

CYCLES = """
import gc, sys
from pathlib import Path
from onnxformers import models

def resident_kb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

def cycle():
    with getattr(models, sys.argv[1]).from_pretrained(sys.argv[2]) as model:
        inputs = {"input_ids": [[5, 6]]}
        if len(model.sessions) == 2:
            inputs["decoder_input_ids"] = [[1]]
        model(**inputs)

for _ in range(20):
    cycle()
gc.collect()
before = resident_kb()
for _ in range(100):
    cycle()
gc.collect()
print(resident_kb() - before)
"""
FOLDER = Path(__file__).parents[2] / "conformance" / "models"
LIMIT_KB = 10_000


def growth_kb(auto: str, folder: Path) -> int:
    """By how much a process grows in a hundred loads and closes, after twenty."""
    command = [sys.executable, "-c", CYCLES, auto, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux has")
@pytest.mark.parametrize(
    ("auto", "name"), [("AutoModel", "bert-uncased-embed"), ("AutoModelForCausalLM", "opt")]
)
def test_a_hundred_loads_and_closes_leave_little_behind(auto: str, name: str) -> None:
    assert growth_kb(auto, FOLDER / name) <= LIMIT_KB


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux has")
def test_models_of_two_files_leave_little_behind(tmp_path: Path) -> None:
    folder = tiny.write(
        tmp_path / "m",
        {"model_type": "bart"},
        encoder_model=tiny.encoder(),
        decoder_model_merged=tiny.decoder(with_past=False, encoder="states", merged=True),
    )
    assert growth_kb("AutoModelForSeq2SeqLM", folder) <= LIMIT_KB
