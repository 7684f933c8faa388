from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopback import Server

Command = Callable[..., tuple[int, str, str]]
DEMO = str(Path(__file__).parents[3] / "examples" / "models" / "all-MiniLM-L6-v2")


def inspected(command: Command, *arguments: str) -> dict[str, Any]:
    status, out, err = command("inspect", *arguments, "--json")
    assert (status, err) == (0, "")
    facts: dict[str, Any] = json.loads(out)
    return facts


def test_a_folder_as_json(command: Command) -> None:
    facts = inspected(command, DEMO)
    assert facts["model_type"] == "bert"
    assert facts["architectures"] == ["BertModel"]
    assert facts["files"] == 10
    (model,) = facts["onnx"]
    (variant,) = model.pop("variants")
    assert variant["dtype"] == "q8"
    assert variant["bytes"] == Path(DEMO, "onnx/model_quantized.onnx").stat().st_size
    assert model["file"] == "onnx/model"
    assert model["read_of"] == "onnx/model_quantized.onnx"
    assert model["inputs"][0] == {
        "name": "input_ids",
        "dtype": "int64",
        "shape": ["batch_size", "sequence_length"],
    }
    assert model["outputs"] == [
        {
            "name": "last_hidden_state",
            "dtype": "float32",
            "shape": ["batch_size", "sequence_length", 384],
        }
    ]
    assert {"path": "config.json", "bytes": 665} in facts["others"]
    sizes = variant["bytes"] + sum(file["bytes"] for file in facts["others"])
    assert facts["bytes"] == sizes


def test_a_folder_for_people(command: Command) -> None:
    status, out, err = command("inspect", DEMO)
    assert (status, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "type bert (BertModel)" in lines
    assert "q8 onnx/model_quantized.onnx 22.9 MB" in lines
    assert "input_ids int64 (batch_size, sequence_length)" in lines
    assert "last_hidden_state float32 (batch_size, sequence_length, 384)" in lines
    assert "config.json 665 bytes" in lines


def test_a_remote_model_fetches_one_variant_of_each_file(
    command: Command, served: Server, t5: dict[str, bytes]
) -> None:
    facts = inspected(command, "org/name")
    files = {stem["file"]: stem for stem in facts["onnx"]}
    assert facts["model_type"] == "t5"
    assert list(files) == [
        f"onnx/{stem}"
        for stem in (
            "decoder_model",
            "decoder_model_merged",
            "decoder_with_past_model",
            "encoder_model",
        )
    ]
    merged = files["onnx/decoder_model_merged"]
    assert [variant["dtype"] for variant in merged["variants"]] == ["fp32", "q4"]
    assert merged["read_of"] == "onnx/decoder_model_merged.onnx"
    assert "input_ids" in {value["name"] for value in files["onnx/encoder_model"]["inputs"]}
    (encoder,) = files["onnx/encoder_model"]["variants"]
    assert encoder["external_data"] == ["onnx/encoder_model.onnx_data"]
    graph, weights = t5["onnx/encoder_model.onnx"], t5["onnx/encoder_model.onnx_data"]
    assert encoder["bytes"] == len(graph) + len(weights)
    assert not any(path.endswith("onnx_data") for path in served.asked("GET"))


def test_without_download_what_is_here_is_read(command: Command, served: Server) -> None:
    facts = inspected(command, "org/name", "--no-download")
    assert {stem["inputs"] for stem in facts["onnx"]} == {None}
    assert facts["bytes"] > 0
    command("download", "org/name")
    facts = inspected(command, "org/name", "--no-download")
    read = {stem["file"]: stem["read_of"] for stem in facts["onnx"]}
    assert read["onnx/decoder_model"] is None
    assert read["onnx/decoder_model_merged"] == "onnx/decoder_model_merged.onnx"
    served.requests.clear()
    facts = inspected(command, "org/name", "--local-files-only")
    assert [stem["file"] for stem in facts["onnx"]] == [
        "onnx/decoder_model_merged",
        "onnx/encoder_model",
    ]
    assert served.requests == []


def test_the_variant_to_read(command: Command, served: Server) -> None:
    facts = inspected(command, "org/name", "--dtype", "decoder_model_merged=q4")
    read = {stem["file"]: stem["read_of"] for stem in facts["onnx"]}
    assert read["onnx/decoder_model_merged"] == "onnx/decoder_model_merged_q4.onnx"
    status, _, err = command("inspect", "org/name", "--dtype", "q4")
    assert status == 1
    assert "no variant of dtype 'q4'; there are fp32" in err


@pytest.mark.parametrize("config", [None, "{}"])
def test_a_folder_that_is_hardly_a_model(
    command: Command, tmp_path: Path, config: str | None
) -> None:
    (tmp_path / "notes\x1b[2J.txt").write_text("x")
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    status, out, _ = command("inspect", str(tmp_path))
    assert status == 0
    assert "\x1b" not in out
    assert "type   unknown" in out


def test_a_file_that_is_no_model_is_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_text("<html>")
    status, _, err = command("inspect", str(tmp_path))
    assert status == 1
    assert "model.onnx" in err
    assert "HTML" in err


def test_weights_named_unlike_the_graph_are_told(command: Command, tmp_path: Path) -> None:
    import onnx_builder as ob

    value = ob.value("x", "float32", None)
    weights = ob.external_tensor("w", [2], "weights.bin")
    graph = ob.graph([ob.node("Add", ["x", "w"], ["y"])], [value], [value], [weights])
    (tmp_path / "model.onnx").write_bytes(ob.model(graph))
    (stem,) = inspected(command, str(tmp_path))["onnx"]
    assert stem["external_files"] == ["weights.bin"]
    assert stem["inputs"] == [{"name": "x", "dtype": "float32", "shape": None}]
    _, out, _ = command("inspect", str(tmp_path))
    assert "any shape" in out
    assert "  weights in weights.bin\n" in out
