"""Regenerate the stubs of the native module: python tools/make_stubs.py [--check].

Reads the installed extension with pybind11-stubgen, formats the result with ruff, and writes
`python/onnxformers/_native/*.pyi`; with --check it only compares and exits with 1 on a difference.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
STUBS = ROOT / "python" / "onnxformers" / "_native"
MODULE = "onnxformers._native"


def generate(folder: Path) -> dict[str, str]:
    """The stubs of the installed extension: file name to text."""
    subprocess.run(
        [sys.executable, "-m", "pybind11_stubgen", MODULE, "-o", folder, "--exit-code"], check=True
    )
    made = folder.joinpath(*MODULE.split("."))
    if not made.is_dir():  # a module without submodules comes as one file
        made.mkdir()
        shutil.move(made.with_suffix(".pyi"), made / "__init__.pyi")
    config = ROOT / "pyproject.toml"
    subprocess.run(["ruff", "format", "--quiet", "--config", config, made], check=True)
    return {path.name: path.read_text("utf-8") for path in sorted(made.glob("*.pyi"))}


def differences(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """A unified diff of all files, empty when nothing differs."""
    lines: list[str] = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, "").splitlines(), new.get(name, "").splitlines()
        lines += difflib.unified_diff(
            before, after, f"committed {name}", f"generated {name}", "", "", 3, ""
        )
    return lines


def main() -> int:
    """Write the stubs, or compare them."""
    parser = argparse.ArgumentParser(description="Regenerate the stubs of the native module.")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 on a difference")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        new = generate(Path(folder))
    old = {path.name: path.read_text("utf-8") for path in sorted(STUBS.glob("*.pyi"))}
    if args.check:
        lines = differences(old, new)
        print("\n".join(lines) or "The stubs are fresh.")
        return 1 if lines else 0
    STUBS.mkdir(exist_ok=True)
    for name in old.keys() - new.keys():
        (STUBS / name).unlink()
    for name, text in new.items():
        (STUBS / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
