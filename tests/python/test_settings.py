from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from onnxformers.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    OnnxformersError,
    UnknownNameError,
)
from onnxformers.settings import (
    adopt_settings,
    chosen_settings,
    env,
    hub_cache_dir,
    hub_endpoint,
    is_offline,
    uses_mirror,
)


def test_defaults() -> None:
    assert env.allow_remote_models is True
    assert env.allow_local_models is True
    assert env.use_fs_cache is True
    assert env.use_custom_cache is False
    assert env.custom_cache is None
    assert env.local_model_path == Path("/models")
    assert env.remote_host == "https://huggingface.co/"
    assert env.remote_path_template == "{model}/resolve/{revision}/"
    assert env.cache_dir is not None
    assert env.cache_dir.name == "onnxformers"
    assert isinstance(env.version, str)
    assert dict(env.backends.onnx.session_options) == {}


@pytest.mark.parametrize("name", ["cach_dir", "cacheDir", "remoteHost", "reset_", "_other"])
def test_an_unknown_name_raises_when_set_and_when_read(name: str) -> None:
    with pytest.raises(UnknownNameError, match=r"^\[env\] there is no setting"):
        setattr(env, name, 1)
    with pytest.raises(AttributeError):
        getattr(env, name)
    assert not hasattr(env, name)


def test_an_unknown_name_says_the_near_one() -> None:
    with pytest.raises(OnnxformersError, match="did you mean 'cache_dir'"):
        env.cach_dir = "x"  # type: ignore[attr-defined]
    with pytest.raises(OnnxformersError, match="did you mean 'session_options'"):
        env.backends.onnx.session_option = {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("allow_remote_models", 1, InvalidTypeError),
        ("use_fs_cache", "yes", InvalidTypeError),
        ("cache_dir", 3, InvalidTypeError),
        ("cache_dir", "", InvalidArgumentError),
        ("cache_dir", b"/x", InvalidTypeError),
        ("local_model_path", "a\0b", InvalidArgumentError),
        ("remote_host", None, InvalidTypeError),
        ("remote_host", "huggingface.co", InvalidArgumentError),
        ("remote_host", "file:///etc", InvalidArgumentError),
        ("remote_host", "https://", InvalidArgumentError),
        ("remote_host", "https://host/?q=1", InvalidArgumentError),
        ("remote_host", "https://host:99999/", InvalidArgumentError),
        ("remote_path_template", "{revision}/", InvalidArgumentError),
        ("remote_path_template", "../{model}/", InvalidArgumentError),
        ("remote_path_template", 5, InvalidTypeError),
        ("custom_cache", {}, InvalidTypeError),
        ("custom_cache", SimpleNamespace(match=print), InvalidTypeError),
    ],
)
def test_a_wrong_value_is_refused_and_the_old_one_stays(
    name: str, value: object, error: type[OnnxformersError]
) -> None:
    before = getattr(env, name)
    with pytest.raises(error, match=rf"^\[env\] {name} "):
        setattr(env, name, value)
    assert getattr(env, name) == before


def test_read_only_settings_stay() -> None:
    for name in ("version", "backends"):
        with pytest.raises(UnknownNameError, match="cannot be set"):
            setattr(env, name, None)


def test_a_password_in_the_host_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        env.remote_host = "https://user:s3cret@host/"
    assert "s3cret" not in str(caught.value)


def test_folders_take_str_and_path_and_expand_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/of/nobody")
    monkeypatch.setenv("USERPROFILE", "/home/of/nobody")
    env.cache_dir = "~/caches"
    assert env.cache_dir == Path("/home/of/nobody/caches")
    env.local_model_path = Path("models")
    assert env.local_model_path == Path("models")
    env.local_model_path = None
    assert env.local_model_path is None


def test_hosts_and_templates_end_in_a_slash() -> None:
    env.remote_host = "http://127.0.0.1:8000/files"
    env.remote_path_template = "/{model}"
    assert env.remote_host == "http://127.0.0.1:8000/files/"
    assert env.remote_path_template == "{model}/"


def test_deleting_and_resetting_give_the_default_again() -> None:
    env.use_fs_cache = False
    env.cache_dir = "/x"
    del env.use_fs_cache
    assert env.use_fs_cache is True
    env.backends.onnx.session_options = {"intra_op_threads": 1}
    env.reset()
    assert env.cache_dir != Path("/x")
    assert dict(env.backends.onnx.session_options) == {}


def test_session_options_cannot_be_changed_behind_the_setting() -> None:
    env.backends.onnx.session_options = {"intra_op_threads": 1}
    with pytest.raises(TypeError):
        env.backends.onnx.session_options["x"] = 2  # type: ignore[index]
    with pytest.raises(InvalidTypeError):
        env.backends.onnx.session_options = [1]  # type: ignore[assignment]


def test_copies_and_pickles_are_the_one_object() -> None:
    assert copy.deepcopy(env) is env
    assert pickle.loads(pickle.dumps(env)) is env


def test_repr_names_every_setting() -> None:
    assert "cache_dir=" in repr(env)
    assert "session_options=" in repr(env)


def test_the_hubs_variables_are_read_at_each_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_offline()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert is_offline()
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert not is_offline()
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "yes")
    assert is_offline()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    assert hub_endpoint() == "http://127.0.0.1:1/"
    monkeypatch.setenv("HF_ENDPOINT", "ftp://host")
    with pytest.raises(InvalidArgumentError, match=r"^\[env\] HF_ENDPOINT"):
        hub_endpoint()


def test_the_hubs_cache_follows_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", "/hf")
    assert hub_cache_dir() == Path("/hf/hub")
    monkeypatch.setenv("HF_HUB_CACHE", "/cache")
    assert hub_cache_dir() == Path("/cache")
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert hub_cache_dir() == Path("/xdg/huggingface/hub")


def test_a_host_other_than_the_hub_is_a_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not uses_mirror()
    env.remote_host = "https://huggingface.co"
    assert not uses_mirror()
    env.remote_host = "https://files.example"
    assert uses_mirror()
    env.reset()
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example")
    assert not uses_mirror()
    env.remote_path_template = "{model}"
    assert uses_mirror()


@pytest.mark.skipif(sys.platform != "linux", reason="names of this system's folders")
def test_without_a_home_there_is_no_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "~")
    assert env.cache_dir is None


def test_importing_env_and_hub_imports_nothing_heavy() -> None:
    code = (
        "import sys, onnxformers.configs, onnxformers.hub.files\n"
        "from onnxformers.settings import env; env.cache_dir, env.remote_host\n"
        "heavy = {'numpy', 'httpx', 'huggingface_hub', 'tqdm', 'requests', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_process_that_is_begun_gets_what_was_set() -> None:
    env.remote_host = "https://mirror.example/"
    env.use_fs_cache = False
    env.backends.onnx.session_options = {"intra_op_threads": 3}
    sent = pickle.dumps(chosen_settings())
    env.reset()
    assert env.use_fs_cache is True
    adopt_settings(pickle.loads(sent))
    assert env.remote_host == "https://mirror.example/"
    assert env.use_fs_cache is False
    assert env.local_model_path == Path("/models")
    assert dict(env.backends.onnx.session_options) == {"intra_op_threads": 3}
