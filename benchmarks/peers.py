"""The peers of the embedding benchmarks, each behind the same face: texts in, vectors out.

All pool by mean and scale to length 1, on the same weights and with the same number of threads.
What a peer needs is imported where it is built, so that those who lack it only miss that peer.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measure import Case, UnavailableError, in_process
from node import NodeChild

REPOSITORY = Path(__file__).resolve().parents[1]
Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Model:
    """A model's folder in Transformers.js layout.

    Attributes:
        folder: With tokenizer.json, onnx/ and, for PyTorch's peers, model.safetensors.
        dtype: "fp32" or "q8".
    """

    folder: Path
    dtype: str

    @property
    def onnx_file(self) -> str:
        """The graph's path inside the folder."""
        return "onnx/model.onnx" if self.dtype == "fp32" else "onnx/model_quantized.onnx"

    def need_torch_weights(self) -> None:
        """Refuses what PyTorch's libraries cannot load."""
        if self.dtype != "fp32":
            raise UnavailableError("runs the float32 weights only")
        if not (self.folder / "model.safetensors").exists():
            raise UnavailableError(f"no model.safetensors in {self.folder.name}")


def model_arguments(description: str | None) -> argparse.ArgumentParser:
    """The options that the embedding benchmarks share."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    parser.add_argument(
        "--fp32", type=Path, help="folder of tools/make_demo_model.py --fp32-folder"
    )
    default = REPOSITORY / "examples" / "models" / "all-MiniLM-L6-v2"
    parser.add_argument("--q8", type=Path, default=default, help="folder of the int8 model")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, help="rounds of the interleaved run")
    parser.add_argument(
        "--node", type=Path, help="folder with node_modules/@huggingface/transformers"
    )
    parser.add_argument("--only", nargs="+", help="only peers whose names contain one of these")
    return parser


def models(options: argparse.Namespace) -> list[Model]:
    """The models asked for; says so when the float32 one is missing."""
    found = []
    if options.fp32:
        found.append(Model(options.fp32.resolve(), "fp32"))
    else:
        print("float32: not run here: no --fp32 folder given\n")
    found.append(Model(options.q8.resolve(), "q8"))
    return found


def onnxformers_pipeline(model: Model, threads: int) -> Any:
    """Our pipeline, with options as a user would give them."""
    from onnxformers import pipeline

    return pipeline(
        "feature-extraction",
        str(model.folder),
        dtype=model.dtype,
        session_options={"intra_op_threads": threads},
    )


def onnxformers_peer(model: Model, threads: int) -> Embed:
    """Ours."""
    pipe = onnxformers_pipeline(model, threads)
    return lambda texts: pipe(list(texts), pooling="mean", normalize=True)


def onnxruntime_session(model: Model, threads: int) -> Any:
    """ONNX Runtime's own Python session; only the number of threads is set."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(
        model.folder / model.onnx_file, options, providers=["CPUExecutionProvider"]
    )


def plain_tokenizer(model: Model) -> Any:
    """Hugging Face's tokenizers, padding to the longest text of a batch."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(512)
    return tokenizer


def feeds(tokenizer: Any, texts: Sequence[str]) -> dict[str, np.ndarray]:
    """Texts as a batch of int64 inputs, padded to the longest."""
    encodings = tokenizer.encode_batch(list(texts))
    return {
        "input_ids": np.array([encoding.ids for encoding in encodings], dtype=np.int64),
        "attention_mask": np.array([e.attention_mask for e in encodings], dtype=np.int64),
        "token_type_ids": np.array([e.type_ids for e in encodings], dtype=np.int64),
    }


def mean_pool(hidden: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean over the tokens, scaled to length 1, as the model card's example computes it."""
    weights = mask[..., None].astype(np.float32)
    vectors = (hidden * weights).sum(1) / np.clip(weights.sum(1), 1e-9, None)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def handwritten_peer(model: Model, threads: int, batch: int = 32) -> Embed:
    """What people write by hand: tokenizers, onnxruntime, numpy; batches as texts arrive."""
    session, tokenizer = onnxruntime_session(model, threads), plain_tokenizer(model)

    def embed(texts: Sequence[str]) -> np.ndarray:
        parts = []
        for start in range(0, len(texts), batch):
            inputs = feeds(tokenizer, texts[start : start + batch])
            parts.append(mean_pool(session.run(None, inputs)[0], inputs["attention_mask"]))
        return np.concatenate(parts)

    return embed


def transformers_peer(model: Model, threads: int, batch: int = 32) -> Embed:
    """Transformers on PyTorch."""
    model.need_torch_weights()
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(model.folder, local_files_only=True)
    encoder = AutoModel.from_pretrained(model.folder, local_files_only=True).eval()

    def embed(texts: Sequence[str]) -> np.ndarray:
        parts = []
        for start in range(0, len(texts), batch):
            rows = list(texts[start : start + batch])
            inputs = tokenizer(rows, padding=True, truncation=True, return_tensors="pt")
            with torch.inference_mode():
                hidden = encoder(**inputs).last_hidden_state
                weights = inputs["attention_mask"].unsqueeze(-1).float()
                vectors = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
                parts.append(torch.nn.functional.normalize(vectors, dim=1).numpy())
        return np.concatenate(parts)

    return embed


def sentence_transformers_peer(model: Model, threads: int, batch: int = 32) -> Embed:
    """sentence-transformers on PyTorch; it sorts by length itself."""
    model.need_torch_weights()
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    encoder = SentenceTransformer(str(model.folder), device="cpu", local_files_only=True)
    return lambda texts: encoder.encode(list(texts), batch_size=batch, show_progress_bar=False)


def fastembed_peer(model: Model, threads: int, batch: int = 32) -> Embed:
    """Fastembed with the local file as a custom model."""
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    name = f"local/{model.folder.name}-{model.dtype}"
    if all(known["model"] != name for known in TextEmbedding.list_supported_models()):
        TextEmbedding.add_custom_model(
            model=name,
            pooling=PoolingType.MEAN,
            normalization=True,
            sources=ModelSource(hf=name),
            dim=384,
            model_file=model.onnx_file,
        )
    encoder = TextEmbedding(name, specific_model_path=str(model.folder), threads=threads)
    return lambda texts: np.array(list(encoder.embed(list(texts), batch_size=batch)))


PEERS: dict[str, Callable[[Model, int], Embed]] = {
    "onnxformers": onnxformers_peer,
    "by hand (tokenizers + onnxruntime + numpy)": handwritten_peer,
    "fastembed": fastembed_peer,
    "transformers": transformers_peer,
    "sentence-transformers": sentence_transformers_peer,
}


def is_wanted(name: str, only: Sequence[str] | None) -> bool:
    """Whether --only lets this peer take part."""
    return not only or any(part in name for part in only)


def embedding_cases(
    texts: Sequence[str], model: Model, threads: int, options: argparse.Namespace
) -> dict[str, Callable[[], Case]]:
    """Factories of all peers that embed `texts`; each checks one vector against the first's."""
    # None of them may reach for the network, and tokenizers may not use more threads than we do.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["RAYON_NUM_THREADS"] = str(threads)
    expected: list[np.ndarray] = []

    def agree(name: str, vector: Sequence[float]) -> None:
        expected.append(np.asarray(vector, np.float32))
        cosine = float(expected[0] @ expected[-1])
        if cosine < (0.9999 if model.dtype == "fp32" else 0.98):
            raise UnavailableError(f"computes something else (cosine {cosine:.4f})")

    def build(name: str, factory: Callable[[Model, int], Embed]) -> Case:
        embed = factory(model, threads)
        agree(name, embed(texts[-1:])[-1])
        return in_process(lambda: embed(texts))

    def build_js() -> Case:
        child = NodeChild(
            "transformers_js.mjs",
            options.node,
            "feature-extraction",
            model.folder,
            model.dtype,
            threads,
        )
        how = {"pooling": "mean", "normalize": True}
        agree("Transformers.js", child.ask(items=[[texts[-1]]], options=how, calls=1)["last"])
        batches = [[texts[start : start + 32]] for start in range(0, len(texts), 32)]
        return child.case(items=batches, options=how)

    factories = {
        name: (lambda name=name, factory=factory: build(name, factory))
        for name, factory in PEERS.items()
    }
    factories["Transformers.js"] = build_js
    return {name: make for name, make in factories.items() if is_wanted(name, options.only)}
