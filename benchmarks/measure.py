"""How the benchmarks measure: interleaved rounds, medians, tables, facts of the machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = (
    "onnxruntime",
    "numpy",
    "tokenizers",
    "transformers",
    "torch",
    "sentence-transformers",
    "fastembed",
)


class UnavailableError(Exception):
    """A peer cannot take part; the text says why."""


@dataclass
class Timing:
    """Seconds of every call of one case, in the order of the rounds."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    #: Median wall time of each round, for differences between neighbours in time.
    rounds_s: list[float] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """Median wall seconds of a call."""
        return statistics.median(self.wall_s)

    @property
    def cpu(self) -> float:
        """Median CPU seconds of a call, all threads of the process."""
        return statistics.median(self.cpu_s)

    def above(self, other: Timing) -> float:
        """Median over the rounds of how many seconds a call took longer than `other`'s."""
        return statistics.median(
            mine - theirs for mine, theirs in zip(self.rounds_s, other.rounds_s, strict=True)
        )


#: Takes a number of calls, gives (wall, CPU) seconds of each. A child process times inside itself.
Case = Callable[[int], list[tuple[float, float]]]


def in_process(function: Callable[[], object]) -> Case:
    """A case that calls `function` here."""

    def run(calls: int) -> list[tuple[float, float]]:
        samples = []
        for _ in range(calls):
            cpu, wall = time.process_time(), time.perf_counter()
            function()
            samples.append((time.perf_counter() - wall, time.process_time() - cpu))
        return samples

    return run


def interleave(
    cases: Mapping[str, Case], *, rounds: int, calls: int = 1, warmup: int = 1
) -> dict[str, Timing]:
    """Runs all cases in turn, `rounds` times, so that each sees the same moods of the machine.

    The order turns by one place every round. With `calls` over one, the first call of a round
    finds the caches filled by another case; medians leave it out.
    """
    names = list(cases)
    for name in names if warmup else ():
        cases[name](warmup)
    timings = {name: Timing() for name in names}
    for turn in range(rounds):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            samples = cases[name](calls)
            timing = timings[name]
            timing.wall_s += [wall for wall, _ in samples]
            timing.cpu_s += [cpu for _, cpu in samples]
            timing.rounds_s.append(statistics.median(wall for wall, _ in samples))
    return timings


def available(
    factories: Mapping[str, Callable[[], object]],
) -> tuple[dict[str, object], dict[str, str]]:
    """Builds every peer; those that cannot be had come back with the reason."""
    built: dict[str, object] = {}
    skipped: dict[str, str] = {}
    for name, factory in factories.items():
        built[name], reason = _attempt(factory)
        if reason:
            skipped[name] = reason
    return {name: built[name] for name in built if name not in skipped}, skipped


def _attempt(factory: Callable[[], object]) -> tuple[object, str]:
    try:
        return factory(), ""
    except UnavailableError as error:
        return None, str(error)
    except ImportError as error:
        return None, f"not installed ({error})"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; every column but the first is aligned to the right."""
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("| --- |" + " ---: |" * (len(head) - 1))
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def skipped_lines(skipped: Mapping[str, str]) -> str:
    """One line for each peer that did not take part."""
    return "\n".join(f"- {name}: not run here: {reason}" for name, reason in skipped.items())


def versions() -> str:
    """Versions of what is installed of onnxformers and its peers."""
    installed = {
        distribution.metadata["Name"].lower().replace("_", "-"): distribution.version
        for distribution in importlib.metadata.distributions()
    }
    found = [f"{name} {installed[name]}" for name in PACKAGES if name in installed]
    return ", ".join([f"Python {platform.python_version()}", *found])


def machine() -> str:
    """Processor, cores, memory, and how busy the machine was as the run began."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = models[0].split(":", 1)[1].strip() if models else cpu
    memory = ""
    if hasattr(os, "sysconf"):
        gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        memory = f", {gib:.0f} GiB"
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{cpu}, {os.cpu_count()} cores{memory}{load}; {platform.system()}"


def print_header(title: str, note: str = "") -> None:
    """The head of a section: what is measured, where, with what."""
    print(f"## {title}\n\n{machine()}. {versions()}.\n")
    if note:
        print(f"{note}\n")


def run_python(code: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Output of `code` in a fresh interpreter like this one."""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UnavailableError((done.stderr.strip().splitlines() or ["failed in silence"])[-1])
    return done.stdout


def micro(seconds: float) -> str:
    """Seconds as whole microseconds."""
    return f"{seconds * 1e6:,.0f}"


def ratio(value: float, base: float) -> str:
    """`value` in multiples of `base`."""
    return f"{value / base:.3f}"
