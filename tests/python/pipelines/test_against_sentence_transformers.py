"""Poolings and layers against an installed sentence-transformers (6.2 is the one held to)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import ops, pipeline
from onnxformers.pipelines.sentence_transformers import POOLINGS

reference = pytest.importorskip(
    "sentence_transformers.sentence_transformer.modules",
    reason="the reference: pip install 'sentence-transformers>=6'",
)
torch = pytest.importorskip("torch", reason="sentence-transformers runs on it: pip install torch")

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

MODELS = Path(__file__).parents[2] / "conformance" / "models"
TEXTS = ["a wooden boat", "", "Why did the committee not come back from Vienna? " * 3, "tea!"]
WIDTH = 32


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_pooling_of_random_vectors(pooling: str, side: str) -> None:
    rng = np.random.default_rng(3)
    hidden = rng.standard_normal((5, 9, 7)).astype(np.float32)
    kept = np.arange(9) < np.array([9, 1, 4, 8, 2])[:, None]
    mask = (kept if side == "right" else kept[:, ::-1]).astype(np.int64)
    module = reference.Pooling(7, pooling_mode=pooling)
    features = {"token_embeddings": torch.tensor(hidden), "attention_mask": torch.tensor(mask)}
    wanted = module(features)["sentence_embedding"].numpy()
    np.testing.assert_allclose(ops.pool(hidden, mask, pooling), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("prompt", ["", "query: "])
@pytest.mark.parametrize("pooling", [*POOLINGS, ["mean", "cls", "max"]])
def test_a_saved_folder_is_obeyed(tmp_path: Path, pooling: str | list[str], prompt: str) -> None:
    torch.manual_seed(4)
    modules = [
        reference.Pooling(WIDTH, pooling_mode=pooling, include_prompt=False),
        reference.Dense(WIDTH * (1 if isinstance(pooling, str) else 3), 12),
        reference.Dense(12, 8, bias=False, activation_function=torch.nn.GELU()),
        reference.LayerNorm(8),
        reference.Normalize(),
    ]
    pipe = pipeline("feature-extraction", saved(tmp_path / "model", modules))
    wanted = np.concatenate([embedded(pipe, modules, text, prompt) for text in TEXTS])
    got = pipe(TEXTS, pooling="auto", prompt=prompt)
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)


def saved(folder: Path, modules: list[Any]) -> Path:
    shutil.copytree(MODELS / "bert-uncased-embed", folder)
    entries = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.Transformer"}]
    for index, module in enumerate(modules, start=1):
        path = f"{index}_{type(module).__name__}"
        (folder / path).mkdir()
        module.save(str(folder / path))
        kind = f"{type(module).__module__}.{type(module).__name__}"
        entries.append({"idx": index, "name": str(index), "path": path, "type": kind})
    (folder / "modules.json").write_text(json.dumps(entries))
    return folder


def embedded(pipe: Any, modules: list[Any], text: str, prompt: str) -> np.ndarray:
    """What the reference's modules make of our vectors of tokens."""
    tokens = torch.tensor(pipe(prompt + text))
    features: dict[str, Any] = {"token_embeddings": tokens}
    features["attention_mask"] = torch.ones(tokens.shape[:2], dtype=torch.int64)
    if prompt:
        # Without the closing token, as the reference counts.
        features["prompt_length"] = pipe(prompt).shape[1] - 1
    with torch.no_grad():
        for module in modules:
            features = module(features)
    result: np.ndarray = features["sentence_embedding"].numpy()
    return result
