"""`import onnxformers` stays light: nothing heavy, few modules, quick."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

import pytest

import onnxformers

HEAVY = ("numpy", "PIL", "soundfile", "httpx", "huggingface_hub", "tqdm", "jinja2", "onnxruntime")
MAX_NEW_MODULES = 120
MAX_SECONDS = 0.050

NEW_MODULES = "import sys; old = set(sys.modules); {statement}; print(*(set(sys.modules) - old))"


def python(code: str) -> str:
    """Run the code in a fresh interpreter, outside any source tree, and return what it printed."""
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="module", params=["import onnxformers", "import onnxformers.cli.main"])
def new_modules(request: pytest.FixtureRequest) -> set[str]:
    return set(python(NEW_MODULES.format(statement=request.param)).split())


def test_nothing_heavy_is_imported(new_modules: set[str]) -> None:
    assert "onnxformers" in new_modules
    assert not {name.partition(".")[0] for name in new_modules} & set(HEAVY)


def test_few_modules_are_imported(new_modules: set[str]) -> None:
    assert len(new_modules) <= MAX_NEW_MODULES


def cpu_seconds(code: str) -> float:
    """What a fresh interpreter spends on the code, its own start included.

    Processor time, because a machine that is busy with other things stretches the clock's.
    """
    return float(python(f"{code}; import time; print(time.process_time())"))


def test_import_is_quick() -> None:
    """Median of nine differences to an interpreter that imports nothing."""
    cpu_seconds("import onnxformers")  # compiles the .pyc files
    extra = [cpu_seconds("import onnxformers") - cpu_seconds("pass") for _ in range(9)]
    # A shared CI machine may be several times slower than the one the target was set for.
    slack = 4 if os.environ.get("CI") else 1
    assert statistics.median(extra) <= MAX_SECONDS * slack


@pytest.mark.parametrize(
    "name",
    [
        *onnxformers.__all__,
        "BertForMaskedLM",
        "SequenceClassifierOutput",
        "BertTokenizer",
        "BertTokenizerFast",
        "WhisperTokenizer",
        "TextClassificationPipeline",
    ],
)
def test_public_names_are_at_the_top_level(name: str) -> None:
    assert getattr(onnxformers, name) is getattr(onnxformers, name)


@pytest.mark.parametrize("name", ["nothing", "Nothing", "NothingTokenizer", "NothingPipeline"])
def test_other_names_are_not(name: str) -> None:
    with pytest.raises(AttributeError, match=f"'onnxformers' has no attribute '{name}'"):
        getattr(onnxformers, name)


def test_modules_need_no_import_of_their_own() -> None:
    code = "import onnxformers; print(onnxformers.ops.softmax([0, 0]), onnxformers.env.version)"
    assert python(code).startswith("[0.5 0.5]")
