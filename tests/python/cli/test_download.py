from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopback import Answer, Server
from onnxformers import AutoConfig
from onnxformers.cli.bars import Progress
from onnxformers.hub.listing import ListedFile
from onnxformers.settings import env

Command = Callable[..., tuple[int, str, str]]
READ = {"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"}
ENCODER = {"onnx/encoder_model.onnx", "onnx/encoder_model.onnx_data"}
DECODER = "onnx/decoder_model_merged.onnx"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_model_into_a_folder(
    command: Command, served: Server, t5: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    status, out, err = command("download", "org/name", "--to", str(folder))
    assert (status, err) == (0, "")
    assert names(folder) == READ | ENCODER | {DECODER}
    assert all((folder / name).read_bytes() == t5[name] for name in names(folder))
    assert out.splitlines()[-1].startswith("7 files, ")
    assert out.splitlines()[-1].endswith(f"in {folder}")
    assert AutoConfig.from_pretrained(folder).model_type == "t5"
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert command("download", "org/name", "--to", str(folder))[0] == 0
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_without_a_folder_it_stays_in_the_cache(command: Command, served: Server) -> None:
    status, out, _ = command("download", "org/name", "--json")
    facts = json.loads(out)
    assert status == 0
    assert facts["model"] == "org/name"
    assert {row["path"] for row in facts["files"]} == READ | ENCODER | {DECODER}
    for row in facts["files"]:
        assert Path(row["file"]).is_relative_to(facts["folder"])
        assert Path(row["file"]).stat().st_size == row["bytes"]
    assert facts["bytes"] == sum(row["bytes"] for row in facts["files"])
    served.close()
    assert AutoConfig.from_pretrained("org/name", local_files_only=True).model_type == "t5"


def test_variants(command: Command, served: Server, tmp_path: Path) -> None:
    wish = "decoder_model_merged=q4"
    status, _, _ = command("download", "org/name", "--dtype", wish, "--to", str(tmp_path / "a"))
    assert status == 0
    assert names(tmp_path / "a") == READ | ENCODER | {"onnx/decoder_model_merged_q4.onnx"}
    assert command("download", "org/name", "--all-variants", "--to", str(tmp_path / "b"))[0] == 0
    both = {DECODER, "onnx/decoder_model_merged_q4.onnx"}
    assert names(tmp_path / "b") == READ | ENCODER | both
    status, _, err = command("download", "org/name", "--dtype", "q4")
    assert status == 1
    assert "encoder_model has no variant for dtype 'q4'; there are: onnx/encoder_model.onnx" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["org/name", "--dtype", "q9"], "[dtype] must be 'auto' or one of"),
        (["org/name", "--dtype", "a=,b=q4"], "expected a dtype or FILE=DTYPE"),
        (["org/name", "--dtype", "q4", "--all-variants"], "give --dtype or --all-variants"),
        (["org/name", "--task", "fill-mask"], "t5 has no such head"),
        (["org/name", "--task", "sing"], "unknown task 'sing'"),
        (["org/name", "--subfolder", "elsewhere"], "has no ONNX files in elsewhere"),
        (["./nothing/there"], "there is no folder"),
        ([], "give MODEL, or --task"),
    ],
)
def test_what_cannot_be(command: Command, served: Server, arguments: list[str], words: str) -> None:
    status, out, err = command("download", *arguments)
    assert (status, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1


def test_the_files_of_a_task(command: Command, tmp_path: Path, t5: dict[str, bytes]) -> None:
    model = tmp_path / "clip"
    for name in ("model", "text_model", "vision_model"):
        path = model / "onnx" / f"{name}.onnx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(t5[DECODER])
    (model / "config.json").write_text('{"model_type": "bert"}')
    status, _, _ = command("download", str(model), "--task", "ner", "--to", str(tmp_path / "to"))
    assert status == 0
    assert names(tmp_path / "to") == {"config.json", "onnx/model.onnx"}
    (model / "config.json").write_text('{"model_type": "not-in-the-registry"}')
    assert command("download", str(model), "--to", str(tmp_path / "all"))[0] == 0
    assert len(names(tmp_path / "all")) == 4


def test_a_task_without_a_model_takes_its_default(
    command: Command, served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, _, err = command("download", "--task", "ner", "--local-files-only")
    assert status == 1
    assert "Xenova/bert-base-multilingual-cased-ner-hrl" in err


def test_a_folder_that_cannot_be_written(command: Command, served: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    status, _, err = command("download", "org/name", "--to", str(tmp_path / "file"))
    assert status == 1
    assert "could not be written" in err


def test_a_download_that_breaks_leaves_whole_files_only(
    command: Command, served: Server, t5: dict[str, bytes], tmp_path: Path, no_pauses: list[float]
) -> None:
    answer = served.answer

    def broken(method: str, path: str) -> Answer:
        is_last = method == "GET" and path.endswith("tokenizer_config.json")
        return Answer(500) if is_last else answer(method, path)

    served.answer = broken  # type: ignore[method-assign]
    folder = tmp_path / "model"
    status, _, err = command("download", "org/name", "--to", str(folder))
    assert status == 1
    assert "500" in err
    assert DECODER in names(folder)
    assert "tokenizer_config.json" not in names(folder)
    assert all((folder / name).read_bytes() == t5[name] for name in names(folder))


def test_a_mirror_named_on_the_command_line(
    command: Command, t5: dict[str, bytes], tmp_path: Path
) -> None:
    server = Server()
    server.files = {f"/m/v1/org/name/{name}": data for name, data in t5.items()}
    env.cache_dir = tmp_path / "cache"
    place = ["--remote-host", server.address, "--remote-path-template", "m/{revision}/{model}"]
    status, out, err = command("download", "org/name", "--revision", "v1", *place)
    server.close()
    assert (status, err) == (0, "")
    assert "7 files" in out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def event(name: str, loaded: int) -> dict[str, Any]:
    return {"status": "progress", "file": name, "loaded": loaded, "total": 100}


def test_one_bar_knows_the_total_before_the_first_byte() -> None:
    terminal = Terminal()
    files = [ListedFile("config.json", 1_000), ListedFile("onnx/model.onnx", 9_000)]
    progress = Progress(terminal)
    with progress.over(files):
        assert "0.00/10.0k" in terminal.getvalue()
        progress({"status": "initiate", "file": "config.json"})
        progress(event("config.json", 400))
        progress(event("config.json", 1000))
        progress.finished(files[0])
        progress.finished(files[1])  # needed no download
    assert "10.0k/10.0k" in terminal.getvalue()
    assert "model.onnx: 100%" in terminal.getvalue()


def test_no_bar_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    with progress.over([ListedFile("a", None)]):
        progress(event("a", 5))
        progress.finished(ListedFile("a", None))
    assert stream.getvalue() == ""
