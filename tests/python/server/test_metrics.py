"""Metrics: the text, and the sums over processes."""

from __future__ import annotations

from pathlib import Path

from onnxformers.server.board import Board, end_worker
from onnxformers.server.metrics import Metrics


def counted(in_flight: int = 1) -> Metrics:
    metrics = Metrics(lambda: in_flight, lambda: 0)
    metrics.requests.add(route="/", status="200")
    metrics.seconds.see(0.003, stage="run")
    return metrics


def test_text() -> None:
    metrics = counted()
    metrics.requests.add(2, route='"\\\n', status="404")
    metrics.tokens.add(123_456_789, kind="read")
    lines = metrics.text().splitlines()
    assert 'onnxformers_tokens_total{kind="read"} 123456789' in lines
    assert 'onnxformers_requests_total{route="/",status="200"} 1' in lines
    assert r'onnxformers_requests_total{route="\"\\\n",status="404"} 2' in lines
    assert "# TYPE onnxformers_seconds histogram" in lines
    assert 'onnxformers_seconds_bucket{stage="run",le="0.0025"} 0' in lines
    assert 'onnxformers_seconds_bucket{stage="run",le="0.005"} 1' in lines
    assert 'onnxformers_seconds_sum{stage="run"} 0.003' in lines
    assert 'onnxformers_seconds_count{stage="run"} 1' in lines


def test_sums_of_workers(tmp_path: Path) -> None:
    one, two = counted(in_flight=2), counted(in_flight=5)
    two.requests.add(route="/x", status="429")
    two.seconds.see(100, stage="run")
    boards = [Board(str(tmp_path), name) for name in "01"]
    for board, metrics in zip(boards, (one, two), strict=True):
        board.write(metrics.snapshot())
        board.write(metrics.snapshot())
    lines = one.text(boards[0].snapshots()).splitlines()
    assert 'onnxformers_requests_total{route="/",status="200"} 2' in lines
    assert 'onnxformers_requests_total{route="/x",status="429"} 1' in lines
    assert "onnxformers_requests_in_flight 7" in lines
    assert "onnxformers_workers 2" in lines
    assert 'onnxformers_seconds_bucket{stage="run",le="30"} 2' in lines
    assert 'onnxformers_seconds_bucket{stage="run",le="+Inf"} 3' in lines


def test_what_a_dead_worker_did_stays(tmp_path: Path) -> None:
    boards = [Board(str(tmp_path), name) for name in "01"]
    for board in boards:
        board.write(counted(in_flight=2).snapshot())
    end_worker(str(tmp_path), "0")
    end_worker(str(tmp_path), "2")  # it had not written yet
    lines = counted().text(boards[1].snapshots()).splitlines()
    assert 'onnxformers_requests_total{route="/",status="200"} 2' in lines
    assert "onnxformers_requests_in_flight 2" in lines
    assert "onnxformers_workers 1" in lines


def test_half_written_files_are_not_read(tmp_path: Path) -> None:
    board = Board(str(tmp_path), "0")
    board.write(counted().snapshot())
    (tmp_path / "1.new").write_bytes(b"{")
    assert len(board.snapshots()) == 1
