"""Text written token by token: milliseconds a token, greedy, drawn and with beams.

python benchmarks/generate.py --gpt2 FOLDER [--node FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measure import (
    Case,
    Timing,
    UnavailableError,
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from node import NodeChild

PROMPT = [464, 2068, 7586, 21831, 18045, 625, 262, 16931]
NEW_TOKENS = 64
END = 50256


@dataclass(frozen=True)
class Way:
    """One way to choose tokens, in the words of transformers."""

    name: str
    options: dict[str, Any]
    #: Whether every peer must find the same tokens.
    is_fixed: bool


WAYS = (
    Way("greedy", {"do_sample": False}, True),
    Way(
        "drawn: repetition penalty 1.1, temperature 0.8, top-k 50, top-p 0.95",
        {
            "do_sample": True,
            "repetition_penalty": 1.1,
            "temperature": 0.8,
            "top_k": 50,
            "top_p": 0.95,
        },
        False,
    ),
    Way("4 beams", {"do_sample": False, "num_beams": 4}, True),
)

#: Writes after the prompt; gives prompt and new tokens.
Write = Callable[[], list[int]]


def lengths() -> dict[str, int]:
    """So many tokens and no fewer."""
    return {"max_new_tokens": NEW_TOKENS, "min_new_tokens": NEW_TOKENS, "pad_token_id": END}


def first_row(generate: Callable[..., Any], *args: Any, **options: Any) -> Write:
    """Calls `generate` as it is in transformers and here."""

    def write() -> list[int]:
        return generate(*args, **options)[0].tolist()

    return write


def need_cpu(device: str) -> None:
    """Refuses peers that are set up for the CPU alone here."""
    if device != "cpu":
        raise UnavailableError(f"not set up for {device} here")


def onnxformers_peer(folder: Path, way: Way, threads: int, device: str) -> Write:
    """Ours."""
    from onnxformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        str(folder), device=device, session_options={"intra_op_threads": threads}
    )
    ids = np.array([PROMPT])
    return first_row(model.generate, ids, **lengths(), **way.options)


def transformers_peer(folder: Path, way: Way, threads: int, device: str) -> Write:
    """The loop of transformers over PyTorch."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(threads)
    model = AutoModelForCausalLM.from_pretrained(folder).to(device)
    ids = torch.tensor([PROMPT], device=device)
    mask = torch.ones_like(ids)
    return first_row(model.generate, ids, attention_mask=mask, **lengths(), **way.options)


def optimum_peer(folder: Path, way: Way, threads: int, device: str) -> Write:
    """The loop of transformers over optimum's ORTModel."""
    need_cpu(device)
    import onnxruntime
    import torch
    from optimum.onnxruntime import ORTModelForCausalLM

    session = onnxruntime.SessionOptions()
    session.intra_op_num_threads = threads
    model = ORTModelForCausalLM.from_pretrained(
        folder, subfolder="onnx", file_name="model.onnx", session_options=session
    )
    ids = torch.tensor([PROMPT])
    mask = torch.ones_like(ids)
    return first_row(model.generate, ids, attention_mask=mask, **lengths(), **way.options)


def genai_model(folder: Path, threads: int) -> Any:
    """The graph, opened by onnxruntime-genai in a folder of its own layout."""
    import onnxruntime_genai as genai

    home = Path(tempfile.mkdtemp())
    (home / "model.onnx").symlink_to((folder / "onnx" / "model.onnx").resolve())
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (home / name).symlink_to((folder / name).resolve())
    (home / "genai_config.json").write_text(json.dumps(genai_config(folder, threads)))
    return genai.Model(str(home))


def genai_peer(folder: Path, way: Way, threads: int, device: str) -> Write:
    """onnxruntime-genai."""
    need_cpu(device)
    import onnxruntime_genai as genai

    model = genai_model(folder, threads)
    total = len(PROMPT) + NEW_TOKENS

    def write() -> list[int]:
        parameters = genai.GeneratorParams(model)
        options = {**way.options, "max_length": total, "min_length": total}
        parameters.set_search_options(**options)
        generator = genai.Generator(model, parameters)
        generator.append_tokens(np.array([PROMPT], dtype=np.int32))
        while not generator.is_done():
            generator.generate_next_token()
        return generator.get_sequence(0).tolist()

    return write


def genai_config(folder: Path, threads: int) -> dict[str, Any]:
    """What onnxruntime-genai must be told of a GPT-2 exported by optimum."""
    config = json.loads((folder / "config.json").read_text())
    heads = config["n_head"]
    decoder = {
        "filename": "model.onnx",
        "head_size": config["n_embd"] // heads,
        "hidden_size": config["n_embd"],
        "num_attention_heads": heads,
        "num_key_value_heads": heads,
        "num_hidden_layers": config["n_layer"],
        "session_options": {"intra_op_num_threads": threads, "provider_options": []},
        "inputs": {
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "position_ids": "position_ids",
            "past_key_names": "past_key_values.%d.key",
            "past_value_names": "past_key_values.%d.value",
        },
        "outputs": {
            "logits": "logits",
            "present_key_names": "present.%d.key",
            "present_value_names": "present.%d.value",
        },
    }
    ids = dict.fromkeys(("bos_token_id", "eos_token_id", "pad_token_id"), END)
    # Its own "gpt2" is another export; "phi" has the inputs of this one.
    model = {"type": "phi", "context_length": 1024, "vocab_size": 50257, "decoder": decoder, **ids}
    return {"model": model, "search": {"past_present_share_buffer": False}}


PEERS = {
    "onnxformers": onnxformers_peer,
    "onnxruntime-genai": genai_peer,
    "optimum (ORTModel)": optimum_peer,
    "transformers": transformers_peer,
}


def factories(
    folder: Path, way: Way, threads: int, options: argparse.Namespace
) -> dict[str, Callable[[], Case]]:
    """Makers of each peer's case; one that writes something else is refused."""
    expected: list[list[int]] = []

    def agree(tokens: list[int]) -> None:
        if len(tokens) != len(PROMPT) + NEW_TOKENS:
            raise UnavailableError(f"writes {len(tokens) - len(PROMPT)} tokens")
        expected.append(tokens)
        if way.is_fixed and tokens != expected[0]:
            raise UnavailableError("writes other tokens")

    def build(factory: Callable[[Path, Way, int, str], Write]) -> Case:
        write = factory(folder, way, threads, options.device)
        agree(write())
        return in_process(write)

    def build_js() -> Case:
        need_cpu(options.device)
        if way.options.get("num_beams"):
            raise UnavailableError("has no beam search")
        child = NodeChild("generate_js.mjs", options.node, folder, threads)
        request = {"prompt": PROMPT, "options": {**lengths(), **way.options}}
        agree(child.ask(**request, calls=1)["last"])
        return child.case(**request)

    made = {name: (lambda f=factory: build(f)) for name, factory in PEERS.items()}
    return {**made, "Transformers.js": build_js}


def rows(timings: dict[str, Timing]) -> list[list[str]]:
    """A row for each peer, ratios to ours."""
    ours = next(iter(timings.values()))
    return [
        [
            name,
            f"{timing.wall / NEW_TOKENS * 1e3:.3f}",
            ratio(timing.wall, ours.wall),
            f"{timing.cpu / NEW_TOKENS * 1e3:.3f}",
            f"{NEW_TOKENS / timing.wall:.0f}",
        ]
        for name, timing in timings.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gpt2", type=Path, required=True, help="folder of generation_model.py")
    parser.add_argument("--node", type=Path, help="folder with @huggingface/transformers")
    parser.add_argument("--device", default="cpu", help='"cuda" for ours and for PyTorch')
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    print_header(
        "Writing text",
        f"GPT-2 with 4 layers of width 512 and random weights, float32; {NEW_TOKENS} tokens after "
        f"a prompt of {len(PROMPT)}. x: wall time to ours.",
    )
    for threads in options.threads:
        for way in WAYS:
            cases, skipped = available(factories(options.gpt2, way, threads, options))
            timings = interleave(cases, rounds=options.rounds)
            print(f"### {way.name}, {threads} thread{'s' if threads > 1 else ''}\n")
            head = ["", "ms a token", "x", "CPU ms a token", "tokens/s"]
            print(table(head, rows(timings)))
            print(f"\n{skipped_lines(skipped)}\n")


if __name__ == "__main__":
    main()
