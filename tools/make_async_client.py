"""Writes the asynchronous client of remote models from the blocking one.

python tools/make_async_client.py [--check]
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from pathlib import Path

ROOM = Path(__file__).parents[1] / "python/onnxformers/inference"
MODULES = ("transport", "text_tasks", "media_tasks", "client")
CLASSES = "Transport|TextTasks|MediaTasks|_Tasks|HfInferenceEndpoint|HfInference"
#: Methods that wait.
WAITING = "close|_ask|_fetch|_with_model|_default_model|_send|_call|_exchange"
#: Methods that yield.
YIELDING = "_stream|_events|_try_events"
#: Public methods that wait for nothing.
AT_ONCE = "chat_completion_stream|text_generation_stream|streaming_request|endpoint"

RULES = (
    (
        r"tools/make_async_client.py writes \S+ from this file.",
        "Written by tools/make_async_client.py from {source}.",
    ),
    (rf"\b({CLASSES})\b", r"Async\1"),
    (r"Async_Tasks", "_AsyncTasks"),
    (r"inference\.(transport|text_tasks|media_tasks) import", r"inference.async_\1 import"),
    (
        r"inference\.threads import blocking, each",
        "inference.threads import each_in_thread, in_thread",
    ),
    (r"\bblocking\(", "await in_thread("),
    (r"\beach\(", "each_in_thread("),
    (rf"\bself\.({WAITING})\(", r"await self.\1("),
    (rf"(    def )(?=(?:{WAITING}|{YIELDING})\()", r"    async def "),
    (r"    def __(enter|exit)__", r"    async def __a\1__"),
    # Methods that give a generator, or another client, wait for nothing.
    (rf"    def ((?!{AT_ONCE})[a-z]\w*)\(", r"    async def \1("),
    (r"\bGenerator\[(.+), None, None\]", r"AsyncGenerator[\1, None]"),
    (r"import Generator\b", "import AsyncGenerator"),
    (r"with closing\(", "async with aclosing("),
    (r"import closing", "import aclosing"),
    (r"with self\._open\(", "async with self._open("),
    (r"for (event|chunk|value) in", r"async for \1 in"),
    (r"( *)yield from events\n", r"\1async for event in events:\n\1    yield event\n"),
    (r"\.iter_bytes\(", ".aiter_bytes("),
    (r"response\.read\(\)", "await response.aread()"),
    (r"http\.close\(\)", "await http.aclose()"),
    (r"httpx\.Client\b", "httpx.AsyncClient"),
    (r"\"\"\"The blocking way", '"""The asynchronous way'),
)


def asynchronous(text: str, source: str) -> str:
    """The text of a module with every wait awaited."""
    # The one example blocks.
    text = re.sub(r"\n    Example:\n(?:        .*\n|\n(?=        ))*", "", text)
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement.replace("{source}", source), text)
    return text


def meaning(text: str) -> tuple[list[str], list[str]]:
    """What a module says, however it is laid out."""
    body = ast.parse(text).body
    parts: tuple[list[str], list[str]] = ([], [])
    for node in body:
        parts[isinstance(node, (ast.Import, ast.ImportFrom))].append(ast.dump(node))
    return parts[0], sorted(parts[1])


def formatted(text: str) -> str:
    """As ruff writes it."""
    for command in (["check", "--fix", "-q", "--select", "I"], ["format", "-q"]):
        name = str(ROOM / "async_client.py")
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--stdin-filename", name, "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        text = done.stdout
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="say whether the files are fresh")
    is_check = parser.parse_args().check
    stale = 0
    for module in MODULES:
        source, target = ROOM / f"{module}.py", ROOM / f"async_{module}.py"
        text = asynchronous(source.read_text("utf-8"), source.name)
        is_fresh = target.exists() and meaning(target.read_text("utf-8")) == meaning(text)
        if is_check and not is_fresh:
            print(f"{target.name} is stale: run tools/make_async_client.py")
            stale += 1
        elif not is_fresh:
            target.write_text(formatted(text), "utf-8")
    return min(stale, 1)


if __name__ == "__main__":
    sys.exit(main())
