from __future__ import annotations

import importlib
import logging
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import onnx_builder as ob
from onnxformers import runtime
from onnxformers._native import runtime as native
from onnxformers.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    ProviderError,
    RuntimeLibraryError,
)
from onnxformers.runtime import cuda, library
from programs import output

CORE = {"win32": "onnxruntime.dll", "darwin": "libonnxruntime.{}.dylib"}.get(
    sys.platform, "libonnxruntime.so.{}"
)


@pytest.mark.parametrize(
    ("device", "providers"),
    [
        (None, [("cpu", {})]),
        ("cpu", [("cpu", {})]),
        (" CPU ", [("cpu", {})]),
        ("cuda", [("cuda", {})]),
        ("cuda:1", [("cuda", {"device_id": "1"})]),
        ("tensorrt:0", [("tensorrt", {"device_id": "0"})]),
        ("XNNPACK", [("XNNPACK", {})]),
        (["cuda", "cpu"], [("cuda", {}), ("cpu", {})]),
        (
            [("cuda:1", {"use_tf32": 0}), "cpu"],
            [("cuda", {"device_id": "1", "use_tf32": "0"}), ("cpu", {})],
        ),
        ([("CUDAExecutionProvider", {})], [("CUDAExecutionProvider", {})]),
    ],
)
def test_devices_become_providers(device: Any, providers: list[Any]) -> None:
    assert runtime.resolve_device(device) == providers


@pytest.mark.parametrize(
    ("device", "error"),
    [
        ("", InvalidArgumentError),
        ("cuda:", InvalidArgumentError),
        ("cuda:one", InvalidArgumentError),
        ("cpu:0", InvalidArgumentError),
        ([], InvalidArgumentError),
        (7, InvalidTypeError),
        (b"cpu", InvalidTypeError),
        ([7], InvalidTypeError),
        ([("cuda",)], InvalidTypeError),
    ],
)
def test_what_is_no_device_is_refused(device: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^\[device\]"):
        runtime.resolve_device(device)


@pytest.fixture
def cpu_build() -> None:
    runtime.load_runtime()
    if "CUDAExecutionProvider" in native.available_providers():
        pytest.skip("the GPU build is installed: nothing is missing that an error could name")


@pytest.mark.usefixtures("cpu_build")
@pytest.mark.parametrize("device", ["cuda", "cuda:0", "tensorrt", ["cuda", "cpu"]])
def test_a_gpu_that_the_build_does_not_know_is_an_error_with_a_command(
    tmp_path: Path, device: Any
) -> None:
    (tmp_path / "model.onnx").write_bytes(ob.matmul())
    with pytest.raises(ProviderError) as caught:
        runtime.open_session(tmp_path / "model.onnx", device=device)
    assert "pip uninstall -y onnxruntime && pip install 'onnxformers[gpu]'" in str(caught.value)


@pytest.mark.usefixtures("cpu_build")
def test_auto_takes_the_cpu_and_says_why(caplog: pytest.LogCaptureFixture) -> None:
    cuda.why_not_cuda.cache_clear()
    with caplog.at_level(logging.INFO, "onnxformers"):
        assert runtime.resolve_device("auto") == [("cpu", {})]
    assert len(caplog.records) == 1
    assert "no CUDA provider" in caplog.text


def test_a_provider_is_tried_on_a_model_of_one_node() -> None:
    runtime.load_runtime()
    assert native.provider_problem("cpu", {}) == ""
    assert "has no nope" in native.provider_problem("nope", {})


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("libcublasLt.so.12: cannot open shared", "pip install nvidia-cublas-cu12 "),
        ("libcudnn.so.9: cannot open shared", "pip install nvidia-cudnn-cu12 "),
        ("libcuda.so.1: cannot open shared", "install NVIDIA's driver"),
        ("libnvinfer.so.10: cannot open shared", "pip install tensorrt-cu12"),
        ("libother.so.1: cannot open shared", "the library libother.so.1 is missing"),
    ],
)
def test_a_missing_library_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, message: str, remedy: str
) -> None:
    monkeypatch.setattr(cuda, "cuda_major", lambda: 12)
    assert remedy in str(cuda.explain_cuda(ProviderError(f"[providers] {message} object file")))
    plain = ProviderError("[providers] something else")
    assert cuda.explain_cuda(plain) is plain


def test_packages_of_cuda_13_have_no_suffix() -> None:
    names = [each.pip_package(13) for each in cuda.LIBRARIES]
    assert "nvidia-cublas" in names
    assert "nvidia-cudnn-cu13" in names


def test_the_cuda_version_is_read_from_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cuda, "package_folder", lambda: tmp_path)
    assert cuda.cuda_major() == 13
    (tmp_path / "build_and_package_info.py").write_text(
        "package_name = 'x'\ncuda_version = '12.8'\n"
    )
    assert cuda.cuda_major() == 12


def test_libraries_are_found_in_both_layouts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "win32":
        pytest.skip("libraries have other names on Windows")
    nvidia = tmp_path / "nvidia"
    old, new = (
        nvidia / "cublas" / "lib" / "libcublas.so.12",
        nvidia / "cu13" / "lib" / "libcublas.so.13",
    )
    for path in (old, new):
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    cublas = next(each for each in cuda.LIBRARIES if each.name == "cublas")
    assert cuda._library_files(cublas, 12) == [old]
    assert cuda._library_files(cublas, 13) == [new]


def package(folder: Path, *versions: str) -> Path:
    """An installed onnxruntime package with the core libraries of these versions."""
    capi = folder / "onnxruntime" / "capi"
    capi.mkdir(parents=True)
    (folder / "onnxruntime" / "__init__.py").write_text("raise RuntimeError('imported')")
    for version in versions:
        (capi / CORE.format(version)).touch()
    return capi


@pytest.fixture
def only_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing but this folder on the path."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    monkeypatch.delenv(library.LIBRARY_VARIABLE, raising=False)
    return tmp_path


def test_no_package_is_an_error_with_a_command(only_here: Path) -> None:
    with pytest.raises(RuntimeLibraryError, match=r"pip install 'onnxformers\[cpu\]'"):
        library.find_library()
    (only_here / "onnxruntime").mkdir()
    with pytest.raises(RuntimeLibraryError, match="not installed"):
        library.find_library()


def test_a_package_without_a_library_is_an_error(only_here: Path) -> None:
    package(only_here)
    with pytest.raises(RuntimeLibraryError, match=r"1\.20 or newer"):
        library.find_library()


def test_the_library_is_found_without_importing_the_package(only_here: Path) -> None:
    capi = package(only_here, "1.25.0")
    (capi / "libonnxruntime_providers_shared.so").touch()
    assert library.find_library() == capi / CORE.format("1.25.0")
    assert "onnxruntime" not in sys.modules


def test_a_stand_in_for_the_package_is_no_package(
    only_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", ModuleType("onnxruntime"))
    with pytest.raises(RuntimeLibraryError, match="not installed"):
        library.find_library()


@pytest.mark.skipif(
    sys.platform == "win32", reason="on Windows the library has one name for all its versions"
)
def test_of_two_libraries_the_recorded_one_is_taken(only_here: Path) -> None:
    capi = package(only_here, "1.24.0", "1.31.1")

    def install(name: str, version: str) -> None:
        info = only_here / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "RECORD").write_text(f"onnxruntime/capi/{CORE.format(version)},,\n")

    install("onnxruntime", "1.24.0")
    importlib.invalidate_caches()
    assert library.find_library() == capi / CORE.format("1.24.0")
    install("onnxruntime-gpu", "1.31.1")
    importlib.invalidate_caches()
    assert library.find_library() == capi / CORE.format("1.31.1")


def test_another_library_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(library.LIBRARY_VARIABLE, str(tmp_path / "mine.so"))
    assert library.find_library() == tmp_path / "mine.so"


def test_the_library_is_loaded_once_and_no_other(tmp_path: Path) -> None:
    runtime.load_runtime()
    loaded = native.library()
    assert loaded is not None
    native.load_library(str(loaded["path"]))
    with pytest.raises(RuntimeLibraryError, match="one only"):
        native.load_library(str(tmp_path / "other.so"))


def test_nothing_works_before_the_library_is_loaded(tmp_path: Path) -> None:
    fake = tmp_path / "libonnxruntime.so.1"
    fake.write_bytes(b"no library")
    text = output(f"""
import subprocess
code = '''
from onnxformers._native import runtime as native
from onnxformers import runtime, errors
import os
acts = (
    native.available_providers,
    lambda: native.load_library("x.so"),
    lambda: native.load_library({str(fake)!r}),
)
for act in acts:
    try:
        act()
    except errors.RuntimeLibraryError as error:
        print("refused")
os.environ["{library.LIBRARY_VARIABLE}"] = {str(fake)!r}
print(runtime.describe()["error"][:23])
'''
subprocess.run([sys.executable, "-c", code], check=True)
""")
    assert text.splitlines() == [
        "refused",
        "refused",
        "refused",
        "[runtime] cannot load '",
    ]


def test_describe_tells_what_there_is() -> None:
    facts = runtime.describe()
    assert facts["error"] is None
    assert Path(str(facts["library"])).is_file()
    assert "CPUExecutionProvider" in str(facts["providers"])
    assert facts["distributions"]
    assert runtime.default_threads() >= 1


def test_options_come_as_an_object_a_mapping_or_nothing() -> None:
    options = runtime.SessionOptions(intra_op_threads=3)
    assert runtime.SessionOptions.of(options) is options
    assert runtime.SessionOptions.of({"intra_op_threads": 3}) == options
    assert runtime.SessionOptions.of(None) == runtime.SessionOptions()
    with pytest.raises(InvalidArgumentError, match="unknown option 'threads'"):
        runtime.SessionOptions.of({"threads": 3})
    with pytest.raises(InvalidTypeError, match="got list"):
        runtime.SessionOptions.of([])  # type: ignore[arg-type]


def test_the_runtime_may_begin_before_a_model_is_known() -> None:
    text = output("""
from onnxformers._native import runtime as native
from onnxformers.runtime.library import start_runtime
import threading
for _ in range(2):
    start_runtime()
for thread in threading.enumerate():
    if thread.name == "onnxformers-runtime":
        thread.join()
print(native.library() is not None, len(runtime.open_session(ob.matmul()).inputs))
""")
    assert text.split() == ["True", "1"]


def test_a_runtime_that_cannot_begin_says_so_when_a_model_is_opened(tmp_path: Path) -> None:
    fake = tmp_path / "libonnxruntime.so.1"
    fake.write_bytes(b"no library")
    text = output(f"""
import os, subprocess
os.environ["{library.LIBRARY_VARIABLE}"] = {str(fake)!r}
code = '''
from onnxformers import errors
from onnxformers.runtime import open_session
from onnxformers.runtime.library import start_runtime
start_runtime()
try:
    open_session("model.onnx")
except errors.RuntimeLibraryError:
    print("refused")
'''
subprocess.run([sys.executable, "-c", code], check=True)
""")
    assert text.split() == ["refused"]
