"""Counters, gauges and histograms in the text format of Prometheus.

Source: the "Exposition formats" chapter of Prometheus' documentation.
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Callable, Sequence

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_COUNTS = (1, 2, 4, 8, 16, 32, 64, 128)

IN_FLIGHT, WAITING, WORKERS = "requests_in_flight", "queue_depth", "workers"
#: Metrics that say how things are, not what has been.
GAUGES = (IN_FLIGHT, WAITING, WORKERS)

Labels = tuple[tuple[str, str], ...]
#: Of each metric its numbers by labels: one; of a histogram the counts of each bound, and the sum.
Snapshot = dict[str, list[tuple[Labels, list[float]]]]


class Counter:
    """A number that grows, for each set of labels."""

    kind = "counter"

    def __init__(self) -> None:
        self._values: dict[Labels, float] = {}
        self._lock = threading.Lock()

    def add(self, amount: float = 1, **labels: str) -> None:
        """Count."""
        key = tuple(labels.items())
        with self._lock:
            self._values[key] = self._values.get(key, 0) + amount

    def rows(self) -> list[tuple[Labels, list[float]]]:
        """The numbers."""
        return [(key, [value]) for key, value in self._values.copy().items()]

    def lines(self, name: str, key: Labels, numbers: Sequence[float]) -> list[str]:
        """The text of one of them."""
        return [f"{name}{_braces(key)} {_number(numbers[0])}"]


class Gauge:
    """A number that is asked for."""

    kind = "gauge"

    def __init__(self, ask: Callable[[], float]) -> None:
        self._ask = ask

    def rows(self) -> list[tuple[Labels, list[float]]]:
        """The number."""
        return [((), [self._ask()])]

    def lines(self, name: str, key: Labels, numbers: Sequence[float]) -> list[str]:
        """The text."""
        return [f"{name}{_braces(key)} {_number(numbers[0])}"]


class Histogram:
    """How often values up to each bound were seen, for each set of labels."""

    kind = "histogram"

    def __init__(self, bounds: Sequence[float] = _SECONDS) -> None:
        self._bounds = bounds
        self._seen: dict[Labels, list[float]] = {}
        self._lock = threading.Lock()

    def see(self, value: float, **labels: str) -> None:
        """Count a value."""
        key = tuple(labels.items())
        with self._lock:
            # Of each bound, of none, and the sum.
            counts = self._seen.setdefault(key, [0.0] * (len(self._bounds) + 2))
            counts[bisect.bisect_left(self._bounds, value)] += 1
            counts[-1] += value

    def rows(self) -> list[tuple[Labels, list[float]]]:
        """The numbers."""
        return [(key, counts.copy()) for key, counts in self._seen.copy().items()]

    def lines(self, name: str, key: Labels, numbers: Sequence[float]) -> list[str]:
        """The text of one of them."""
        found, total = [], 0.0
        for bound, count in zip((*self._bounds, "+Inf"), numbers, strict=False):
            total += count
            found.append(f"{name}_bucket{_braces((*key, ('le', str(bound))))} {_number(total)}")
        found.append(f"{name}_sum{_braces(key)} {_number(numbers[-1])}")
        found.append(f"{name}_count{_braces(key)} {_number(total)}")
        return found


class Metrics:
    """What a server counts."""

    def __init__(self, in_flight: Callable[[], float], waiting: Callable[[], float]) -> None:
        self.requests = Counter()
        self.tokens = Counter()
        self.padding = Counter()
        self.seconds = Histogram()
        self.batch_size = Histogram(_COUNTS)
        self._table: dict[str, tuple[str, Counter | Gauge | Histogram]] = {
            "requests_total": ("requests by route and status", self.requests),
            IN_FLIGHT: ("requests that are not answered", Gauge(in_flight)),
            WAITING: ("requests that wait for a model", Gauge(waiting)),
            WORKERS: ("processes that answer", Gauge(lambda: 1)),
            "tokens_total": ("tokens by model and kind (read, written)", self.tokens),
            "padding_tokens_total": ("tokens that only filled up rows", self.padding),
            "batch_requests": ("requests joined in one run", self.batch_size),
            "seconds": ("time by stage (wait, run, total)", self.seconds),
        }

    def snapshot(self) -> Snapshot:
        """All numbers."""
        return {name: metric.rows() for name, (_, metric) in self._table.items()}

    def text(self, snapshots: Sequence[Snapshot] = ()) -> str:
        """All of them as text; of several processes their sums."""
        sums = added(snapshots or [self.snapshot()])
        lines = []
        for short, (words, metric) in self._table.items():
            name = f"onnxformers_{short}"
            lines += [f"# HELP {name} {words}", f"# TYPE {name} {metric.kind}"]
            for key, numbers in sums.get(short, {}).items():
                lines += metric.lines(name, key, numbers)
        return "\n".join(lines) + "\n"


def added(snapshots: Sequence[Snapshot]) -> dict[str, dict[Labels, list[float]]]:
    """The numbers of all snapshots, added up."""
    sums: dict[str, dict[Labels, list[float]]] = {}
    for snapshot in snapshots:
        for name, rows in snapshot.items():
            known = sums.setdefault(name, {})
            for key, numbers in rows:
                before = known.get(key)
                pairs = zip(before, numbers, strict=True) if before else ()
                known[key] = [a + b for a, b in pairs] if before else numbers
    return sums


def _braces(labels: Labels) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{pairs}}}" if pairs else ""


def _number(value: float) -> str:
    """All digits: a counter that is cut to six of them stands still."""
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
