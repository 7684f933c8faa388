"""Memory of a long-running process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[2] / "conformance" / "models"

# A process of its own: whatever other tests allocated would hide a leak.
PROGRAM = """
import gc, random, sys
from pathlib import Path
from onnxformers import pipeline

def resident_kb():
    gc.collect()
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])

rng = random.Random(3)
texts = [" ".join(["boat"] * rng.randint(1, 100)) for _ in range(500)]
pipe = pipeline("feature-extraction", sys.argv[1], pooling="mean")
for call in range(1, 10_001):
    pipe(rng.choice(texts) if call % 10 else rng.sample(texts, 5))
    if call in (1_000, 10_000):
        print(resident_kb())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ten_thousand_mixed_calls_need_no_more_memory_than_a_thousand() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(MODELS / "bert-uncased-embed")],
        check=True,
        capture_output=True,
        text=True,
    )
    after_1000, after_10000 = map(int, done.stdout.split())
    assert after_10000 <= after_1000 * 1.01
