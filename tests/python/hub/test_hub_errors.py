"""How errors of huggingface_hub become ours; what the Hub answers is in test_download.py."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from onnxformers.errors import HubError, InvalidArgumentError, OfflineError, OnnxformersError
from onnxformers.hub.hub_errors import translate


def named(name: str, *bases: type[Exception], **members: object) -> Exception:
    """An error of a class of this name: the classes themselves differ between versions."""
    return type(name, bases or (Exception,), {})(members.get("text", "text"))


def translated(error: Exception) -> OnnxformersError:
    ours = translate(error, "org/name", "main")
    assert ours is not None
    assert str(ours).startswith("[hub] org/name (revision main)")
    return ours


def test_a_missing_entry_is_no_error() -> None:
    assert translate(named("EntryNotFoundError"), "org/name", "main") is None
    remote = type("RemoteEntryNotFoundError", (type(named("EntryNotFoundError")),), {})
    assert translate(remote(), "org/name", "main") is None


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(104, "reset"),
        TimeoutError("slow"),
        type("ReadTimeout", (Exception,), {"__module__": "httpx2._exceptions"})("slow"),
        type("ProxyError", (OSError,), {"__module__": "requests.exceptions"})("no proxy"),
    ],
)
def test_connections_that_fail_are_offline(error: Exception) -> None:
    assert isinstance(translated(error), OfflineError)


def test_the_innermost_reason_is_told() -> None:
    outer = named("LocalEntryNotFoundError", text="check your connection")
    outer.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert "Connection refused" in str(translated(outer))


def test_the_status_of_an_inner_error_counts() -> None:
    outer, inner = named("LocalEntryNotFoundError"), named("HfHubHTTPError")
    inner.response = SimpleNamespace(status_code=403)  # type: ignore[attr-defined]
    outer.__cause__ = inner
    ours = translated(outer)
    assert isinstance(ours, HubError)
    assert not isinstance(ours, OfflineError)
    assert "403" in str(ours)


def test_names_that_the_hub_refuses() -> None:
    assert isinstance(translated(named("HFValidationError", ValueError)), InvalidArgumentError)


def test_other_errors_keep_their_text_without_secrets() -> None:
    text = (
        "Consistency check failed https://cdn.example/file?X-Amz-Signature=s3cret&x=1 "
        "with hf_abcDEF123 and Authorization: Bearer s3cret\nsecond line"
    )
    message = str(translated(OSError(text)))
    assert "OSError: Consistency check failed https://cdn.example/file with" in message
    assert "s3cret" not in message
    assert "hf_abc" not in message
    assert "second line" not in message


def test_long_and_empty_texts() -> None:
    assert len(str(translated(OSError("x" * 10_000)))) < 400
    assert str(translated(RuntimeError())).endswith("could not be fetched: RuntimeError")


def test_a_circle_of_causes_ends() -> None:
    first, second = OSError("first"), OSError("second")
    first.__cause__, second.__cause__ = second, first
    assert isinstance(translated(first), HubError)
