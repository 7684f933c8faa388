"""Memory of a long-running process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Python takes memory from the system by the MiB, which is more than 1 % of so small a process; a
# leak of 0.2 kB a call goes beyond both.
ARENA_KB = 1024
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
texts = [" ".join(["boat"] * rng.randint(1, {longest})) for _ in range(500)]
pipe = pipeline("{task}", sys.argv[1])
ways = {ways}
for call in range(1, 10_001):
    pipe(rng.choice(texts) if call % 10 else rng.sample(texts, 5), **ways[call % len(ways)])
    if call in (1_000, 10_000):
        print(resident_kb())
"""


EMBEDDING = {"task": "feature-extraction", "longest": 100, "ways": [{"pooling": "mean"}]}
WRITING = {
    "task": "text-generation",
    "longest": 30,
    "ways": [
        {"max_new_tokens": 3},
        {"max_new_tokens": 3, "num_beams": 2, "num_return_sequences": 2},
        {"max_new_tokens": 3, "do_sample": True, "top_k": 5, "repetition_penalty": 1.2},
        {"max_new_tokens": 3, "stop_strings": ["a"]},
    ],
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux has")
@pytest.mark.parametrize(
    ("model", "fields"), [("bert-uncased-embed", EMBEDDING), ("llama3", WRITING)]
)
def test_ten_thousand_mixed_calls_need_no_more_memory_than_a_thousand(
    model: str, fields: dict[str, object]
) -> None:
    program = PROGRAM
    for name, value in fields.items():
        program = program.replace(f"{{{name}}}", str(value))
    done = subprocess.run(
        [sys.executable, "-c", program, str(MODELS / model)],
        check=True,
        capture_output=True,
        text=True,
    )
    after_1000, after_10000 = map(int, done.stdout.split())
    assert after_10000 <= after_1000 * 1.01 + ARENA_KB
