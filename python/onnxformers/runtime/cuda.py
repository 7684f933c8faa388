"""CUDA's libraries: load those that pip installed, and say which one is missing.

The GPU build of ONNX Runtime does not know where pip puts NVIDIA's packages, so they are loaded
first: the system's loader then takes the loaded ones by name.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onnxformers._native import runtime as native
from onnxformers.errors import ProviderError
from onnxformers.runtime.library import package_folder

_log = logging.getLogger(__name__)

USE_GPU_BUILD = "pip uninstall -y onnxruntime && pip install 'onnxformers[gpu]'"


@dataclass(frozen=True, slots=True)
class CudaLibrary:
    """One library: name, version under CUDA 12 and 13, NVIDIA's folder (CUDA 12) and package."""

    name: str
    version_12: int
    version_13: int
    folder: str
    package: str

    def version(self, major: int) -> int:
        """Version in the file name, for a major version of CUDA."""
        return self.version_12 if major < 13 else self.version_13

    def pip_package(self, major: int) -> str:
        """What to install for a major version of CUDA."""
        # Only cuDNN kept the suffix with CUDA 13.
        has_suffix = major < 13 or self.package == "nvidia-cudnn"
        return f"{self.package}-cu{major}" if has_suffix else self.package


# In the order in which they must be loaded.
LIBRARIES = (
    CudaLibrary("cudart", 12, 13, "cuda_runtime", "nvidia-cuda-runtime"),
    CudaLibrary("cublasLt", 12, 13, "cublas", "nvidia-cublas"),
    CudaLibrary("cublas", 12, 13, "cublas", "nvidia-cublas"),
    CudaLibrary("curand", 10, 10, "curand", "nvidia-curand"),
    CudaLibrary("nvrtc", 12, 13, "cuda_nvrtc", "nvidia-cuda-nvrtc"),
    CudaLibrary("cufft", 11, 12, "cufft", "nvidia-cufft"),
    CudaLibrary("cudnn", 9, 9, "cudnn", "nvidia-cudnn"),
)


def cuda_major() -> int:
    """Major version of CUDA that the installed GPU build wants; 13 when it does not say."""
    folder = package_folder()
    facts = folder / "build_and_package_info.py" if folder else None
    text = facts.read_text("utf-8") if facts and facts.is_file() else ""
    match = re.search(r"cuda_version\s*=\s*[\"'](\d+)", text)
    return int(match[1]) if match else 13


def _library_folders(library: CudaLibrary, major: int) -> Iterator[Path]:
    spec = importlib.util.find_spec("nvidia")
    for place in (spec.submodule_search_locations or []) if spec else []:
        root = Path(place)
        if sys.platform == "win32":
            yield root / f"cu{major}" / "bin" / "x86_64"
            yield root / library.folder / "bin"
        else:
            yield root / f"cu{major}" / "lib"
            yield root / library.folder / "lib"


def _library_files(library: CudaLibrary, major: int) -> list[Path]:
    version = library.version(major)
    names = (
        f"{library.name}64_{version}*.dll"
        if sys.platform == "win32"
        else f"lib{library.name}.so.{version}"
    )
    return [
        path for folder in _library_folders(library, major) for path in sorted(folder.glob(names))
    ]


@functools.cache
def preload_cuda() -> None:
    """Load NVIDIA's libraries that pip installed; others are left to the system's loader."""
    major = cuda_major()
    for library in LIBRARIES:
        for path in _library_files(library, major)[:1]:
            _preload(path)


def _preload(path: Path) -> None:
    import ctypes

    try:
        ctypes.CDLL(str(path))
    except OSError as error:
        _log.warning("cannot load %s: %s", path, error)


@functools.cache
def why_not_cuda() -> str | None:
    """Why CUDA cannot be used here, or None when it can: a tiny model is opened on it.

    ONNX Runtime must be loaded.
    """
    if "CUDAExecutionProvider" not in native.available_providers():
        return (
            f"the installed ONNX Runtime has no CUDA provider; for one that has it: {USE_GPU_BUILD}"
        )
    preload_cuda()
    problem = native.provider_problem("cuda", {})
    return str(explain_cuda(ProviderError(problem))) if problem else None


def explain_cuda(error: ProviderError) -> ProviderError:
    """The error, with the package to install when it names a library that is missing."""
    match = re.search(r"\b(lib([A-Za-z]+)\.so[.\d]*): cannot open", str(error))
    if match is None:
        return error
    major = cuda_major()
    remedy = f"the library {match[1]} is missing"
    if match[2] == "cuda":
        remedy += ": install NVIDIA's driver"
    elif match[2].startswith("nvinfer") or match[2] == "nvonnxparser":
        remedy += f": pip install tensorrt-cu{major}"
    else:
        packages = [each.pip_package(major) for each in LIBRARIES if each.name == match[2]]
        if packages:
            everything = "pip install 'onnxruntime-gpu[cuda,cudnn]'"
            remedy += f": pip install {packages[0]} (all of them: {everything})"
    return ProviderError(f"{error} -- {remedy}")
