"""The programs of examples/ do what they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CONFORMANCE = ROOT / "tests" / "conformance"
CLASSIFIER = ROOT / "tests" / "conformance" / "models" / "bert-uncased-sst"


def run(name: str, *arguments: str, stdin: str = "") -> str:
    return subprocess.run(
        [sys.executable, EXAMPLES / name, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout


def test_semantic_search_finds_what_was_meant(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("The cat sleeps.\n\nStocks fell on Monday.\nBread is baked at dawn.\n", "utf-8")
    lines = run("semantic_search.py", str(page), "financial markets", "a pet").splitlines()
    assert [line for line in lines if not line.startswith(" ")] == ["financial markets", "a pet"]
    assert lines[1].endswith("Stocks fell on Monday.")
    assert lines[5].endswith("The cat sleeps.")


def test_classify_stream_labels_every_line() -> None:
    texts = ["In 1997, Greta watched an unexpected letter in Seville!", "a wooden boat"]
    stdin = "\n".join([texts[0], "", texts[1]])
    rows = [
        line.split("\t")
        for line in run("classify_stream.py", "--model", str(CLASSIFIER), stdin=stdin).splitlines()
    ]
    assert [text for _, _, text in rows] == texts
    assert rows[0][:2] == ["POSITIVE", "0.8137"]  # as the conformance case says
    assert all(label in {"POSITIVE", "NEGATIVE"} for label, _, _ in rows)


def test_gallery_draws_every_photograph(tmp_path: Path) -> None:
    photos = [str(CONFORMANCE / "inputs" / name) for name in ("media-port.jpg", "media-gray.png")]
    tasks = [
        f"image-classification={CONFORMANCE / 'models' / 'vit-cls'}",
        f"image-to-image={CONFORMANCE / 'models' / 'swin2sr-x2'}",
    ]
    options = [f"--task={task}" for task in tasks]
    printed = run("gallery.py", *photos, "--out", str(tmp_path / "page"), *options)
    assert printed.splitlines()[0] == "image-classification: 2 done"
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    drawn = sorted(path.name for path in (tmp_path / "page").glob("*.png"))
    assert drawn == [
        "image-classification-media-gray.png",
        "image-classification-media-port.png",
        "image-to-image-media-gray.png",
        "image-to-image-media-port.png",
    ]
    assert all(f'src="{name}"' in page for name in drawn)
