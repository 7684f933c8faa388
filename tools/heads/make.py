"""Write tests/heads/heads.tar.xz: a tiny model for each head of the registry, and what it gives.

The models are transformers' own classes (4.46.3) with random weights that compress well; what they
give is recorded from PyTorch. Needs torch, onnx and transformers==4.46.3, which nothing else here
does: ``python tools/heads/make.py [WORK_FOLDER [CLASS...]]``.
"""

from __future__ import annotations

import io
import json
import lzma
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from configs import CONFIGS
from graphs import Tensors, decoder, plain, seq2seq

from onnxformers.models.registry import Architecture, architectures

ARCHIVE = Path(__file__).parents[2] / "tests" / "heads" / "heads.tar.xz"
# The stem of the one file, for kinds that have one without a cache.
PLAIN = {
    "encoder-only": "model",
    "text-tower": "text_model",
    "vision-tower": "vision_model",
    "audio-tower": "audio_model",
}
HAS_TYPES = {"albert", "bert", "convbert", "electra", "mobilebert", "roformer", "squeezebert"}
# Graphs that hold the length they were traced with.
FIXED = {"deberta", "deberta-v2", "esm"}
# The part of the config that a class of transformers takes.
PARTS = {
    "CLIPTextModel": "text_config",
    "CLIPTextModelWithProjection": "text_config",
    "CLIPVisionModel": "vision_config",
    "CLIPVisionModelWithProjection": "vision_config",
    "SiglipTextModel": "text_config",
    "SiglipVisionModel": "vision_config",
}
# Where Transformers.js means another class than transformers by a name.
OTHER_CLASSES = {"XLMForQuestionAnswering": "XLMForQuestionAnsweringSimple"}


def coarse(model: torch.nn.Module, seed: int) -> None:
    """Weights of a few different values, so that they compress to a few bits each."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.dim() >= 2:
                weights.copy_(torch.randint(-6, 7, weights.shape, generator=random) / 32)
            elif "norm" in name.lower() and name.endswith("weight"):
                weights.fill_(1.0)
            elif weights.dim() == 1:
                weights.copy_(torch.randint(-4, 5, weights.shape, generator=random) / 16)


def floats(*shape: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(sum(shape))
    return torch.randint(-16, 17, shape, generator=random) / 16


def tokens(rows: int, length: int, end: int) -> Tensors:
    """Rows of tokens that close with the end token, the second one padded."""
    random = torch.Generator().manual_seed(length)
    ids = torch.randint(5, 32, (rows, length), generator=random)
    ids[:, -1] = end
    mask = torch.ones_like(ids)
    ids[1:, -3], ids[1:, -2:], mask[1:, -2:] = end, 0, 0
    return {"input_ids": ids, "attention_mask": mask}


def make_inputs(row: Architecture, head: str, config: Any, rows: int) -> Tensors:
    """Inputs of a model; with `rows` 2, longer ones than with 1, where lengths may vary."""
    if row.model_type in MAKERS:
        return MAKERS[row.model_type](rows)
    size = SIZES.get(row.model_type, 32)
    # CLIPSeg takes one text for each image.
    images = 2 if row.model_type == "clipseg" else rows
    pixels = {"pixel_values": floats(images, 3, size, size)}
    sees_text = row.model_type in SEE_TEXT
    if head.startswith("Vision") or (row.main_input == "pixel_values" and not sees_text):
        return pixels
    if row.main_input == "input_values":
        return {"input_values": floats(rows, 400)}
    text = tokens(2, 5 + 2 * rows, getattr(config, "eos_token_id", None) or 2)
    if row.model_type == "siglip":
        del text["attention_mask"]
    if row.model_type in HAS_TYPES:
        types = torch.zeros_like(text["input_ids"])
        types[:, 3:] = 1
        text["token_type_ids"] = types * text["attention_mask"]
    return {**text, **pixels} if sees_text and not head.startswith("Text") else text


def of_decisions(rows: int) -> Tensors:
    steps = 1 + rows
    return {
        "states": floats(rows, steps, 3),
        "actions": floats(rows, steps, 2),
        "returns_to_go": floats(rows, steps, 1),
        "timesteps": torch.arange(steps).repeat(rows, 1),
        "attention_mask": torch.ones(rows, steps, dtype=torch.long),
    }


def of_frames(rows: int) -> Tensors:
    mask = torch.ones(rows, 12, dtype=torch.long)
    return {"input_features": floats(rows, 12, 8), "attention_mask": mask}


SIZES = {"swin2sr": 16, "detr": 64, "table-transformer": 64, "depth_anything": 28}
SEE_TEXT = {"chinese_clip", "clip", "clipseg", "groupvit", "owlv2", "owlvit", "siglip"}
MAKERS: dict[str, Callable[[int], Tensors]] = {
    "audio-spectrogram-transformer": lambda rows: {"input_values": floats(rows, 16, 8)},
    "decision_transformer": of_decisions,
    "wav2vec2-bert": of_frames,
    "whisper": lambda rows: {"input_features": floats(rows, 8, 16)},
}


def make_head(row: Architecture, head: str) -> tuple[Any, dict[str, bytes], Tensors, Tensors]:
    """Config, files, inputs and what PyTorch gives for them."""
    name = row.prefix + head
    config = transformers.CONFIG_MAPPING[row.model_type](**CONFIGS[row.model_type])
    config._attn_implementation = "eager"
    part = getattr(config, PARTS[name]) if name in PARTS else config
    part._attn_implementation = "eager"
    model = getattr(transformers, OTHER_CLASSES.get(name, name))(part).eval()
    coarse(model, len(name))
    first = make_inputs(row, head, config, 1)
    inputs = first if row.model_type in FIXED else make_inputs(row, head, config, 2)
    kind = row.heads[head]
    if kind == "decoder-only":
        given = {"input_ids": inputs["input_ids"]}
        graphs = {"model": decoder(model, first["input_ids"])}
    elif kind == "encoder-decoder":
        graphs = seq2seq(model, first, torch.tensor([[2, 7, 9]] * len(next(iter(first.values())))))
        rows = len(next(iter(inputs.values())))
        given = {**inputs, "decoder_input_ids": torch.tensor([[2, 7, 9, 11]] * rows)}
    else:
        given = inputs
        graphs = {PLAIN[kind]: plain(model, first)}
    model.eval()  # The exporter leaves it in training.
    with torch.no_grad():
        outputs = model(**given, return_dict=True)
    expected = {key: each for key, each in outputs.items() if torch.is_tensor(each)}
    return config, graphs, given, expected


def recorded(tensors: Tensors) -> dict[str, Any]:
    """Tensors as JSON: dtype, shape and values."""
    return {
        name: {
            "dtype": str(each.numpy().dtype),
            "shape": list(each.shape),
            "values": [
                float(f"{value:.6g}") if each.is_floating_point() else value
                for value in each.flatten().tolist()
            ],
        }
        for name, each in tensors.items()
    }


def write_head(folder: Path, row: Architecture, head: str) -> None:
    """The folder of one model: config.json, onnx/*.onnx and case.json."""
    config, graphs, inputs, expected = make_head(row, head)
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    values = {**config.to_diff_dict(), "model_type": row.model_type}
    (folder / "config.json").write_text(json.dumps(values, sort_keys=True))
    for stem, graph in graphs.items():
        (folder / "onnx" / f"{stem}.onnx").write_bytes(graph)
    case = {"inputs": recorded(inputs), "expected": recorded(expected)}
    (folder / "case.json").write_text(json.dumps(case))


def pack(work: Path) -> None:
    """All folders as one archive, with nothing in it of this machine or hour."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        # By kind of file first: what is alike lies together and compresses better.
        paths = [path for path in work.rglob("*") if path.is_file()]
        for path in sorted(paths, key=lambda path: (path.suffix, path.name, str(path))):
            info = tarfile.TarInfo(str(path.relative_to(work)))
            info.size = path.stat().st_size
            with path.open("rb") as file:
                archive.addfile(info, file)
    ARCHIVE.parent.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in work.iterdir() if (path / "case.json").exists())
    (ARCHIVE.parent / "classes.txt").write_text("\n".join(names) + "\n")
    ARCHIVE.write_bytes(lzma.compress(buffer.getvalue(), preset=9 | lzma.PRESET_EXTREME))


def main(work: Path, only: list[str]) -> None:
    for row in architectures():
        for head in row.heads:
            name = row.prefix + head
            is_wanted = row.model_type in CONFIGS and hasattr(transformers, name)
            if not is_wanted or (only and name not in only):
                continue
            if (work / name / "case.json").exists() and not only:
                continue
            try:
                write_head(work / name, row, head)
            except Exception as error:  # One head must not stop the others.
                print(f"{name}: {type(error).__name__}: {str(error)[:200]!r}", flush=True)
    pack(work)


if __name__ == "__main__":
    main(Path(sys.argv[1] if sys.argv[1:] else "build/heads"), sys.argv[2:])
