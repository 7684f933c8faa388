"""Pictures from every source and of every mode, and what cannot be read."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from loopback import Answer, Server
from onnxformers.errors import (
    FileFormatError,
    HubError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    OfflineError,
)
from onnxformers.image import load_image, to_array

RED = np.tile(np.array([200, 30, 40], np.uint8), (5, 7, 1))


def encoded(image: Image.Image, name: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


@pytest.fixture
def png() -> bytes:
    return encoded(Image.fromarray(RED))


def test_every_kind_of_source(png: bytes, tmp_path: Path) -> None:
    path = tmp_path / "red.png"
    path.write_bytes(png)
    with path.open("rb") as file:
        sources = [
            path,
            str(path),
            png,
            bytearray(png),
            memoryview(png),
            io.BytesIO(png),
            file,
            "data:image/png;base64," + base64.b64encode(png).decode(),
            RED,
            RED.transpose(2, 0, 1),
            RED.astype(np.float32),
            RED.astype(np.float32) / np.float32(255),
            Image.fromarray(RED),
        ]
        for source in sources:
            loaded = load_image(source)
            assert (loaded.mode, loaded.size) == ("RGB", (7, 5))
            assert (to_array(loaded) == RED).all()


def gray(value: int, mode: str) -> Image.Image:
    return Image.new(mode, (3, 2), value)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (gray(1, "1"), (255, 255, 255)),
        (gray(77, "L"), (77, 77, 77)),
        (Image.new("LA", (3, 2), (77, 9)), (77, 77, 77)),
        (Image.new("RGBA", (3, 2), (1, 2, 3, 4)), (1, 2, 3)),
        (Image.new("I;16", (3, 2), 0x12FF), (0x12, 0x12, 0x12)),
        (Image.new("CMYK", (3, 2), (255, 0, 0, 0)), (0, 255, 255)),
        (Image.new("F", (3, 2), 12.0), (12, 12, 12)),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else "",
)
def test_every_mode(image: Image.Image, expected: tuple[int, ...]) -> None:
    assert to_array(load_image(image))[1, 2].tolist() == list(expected)


def test_16_bits_in_a_file() -> None:
    data = encoded(Image.fromarray(np.full((2, 2), 0x71AB, np.uint16)))
    assert to_array(load_image(data, mode="L")).tolist() == [[0x71] * 2] * 2


@pytest.mark.parametrize("transparency", [0, b"\x00\xff"])
def test_palettes(transparency: object) -> None:
    image = Image.new("P", (2, 1), 1)
    image.putpalette([9, 8, 7, 200, 100, 50])
    image.putpixel((0, 0), 0)
    data = encoded(image, transparency=transparency)
    assert to_array(load_image(data)).tolist() == [[[9, 8, 7], [200, 100, 50]]]
    assert to_array(load_image(data, mode="RGBA"))[..., 3].tolist() == [[0, 255]]


def test_other_modes(png: bytes) -> None:
    assert load_image(png, mode="L").mode == "L"
    assert load_image(gray(3, "L"), mode=None).mode == "L"
    with pytest.raises(InvalidArgumentError, match="cannot be made"):
        load_image(png, mode="no such mode")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(orientation: int) -> None:
    upright = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: np.rot90(upright, 2).T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(np.ascontiguousarray(stored)), exif=exif)
    loaded = load_image(data, mode="L")
    assert (to_array(loaded) == upright).all()
    assert (to_array(load_image(loaded, mode="L")) == upright).all()  # not turned twice


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # Pillow says so
def test_broken_exif_counts_as_none() -> None:
    data = encoded(Image.fromarray(RED), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff", quality=95)
    assert load_image(data).size == (7, 5)


def test_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "lime")]
    for name in ("GIF", "PNG", "WEBP"):
        data = encoded(frames[0], name, save_all=True, append_images=frames[1:], lossless=True)
        assert to_array(load_image(data))[0, 0].tolist() == [255, 0, 0]


def test_one_pixel_wide() -> None:
    assert load_image(np.zeros((39, 1), np.uint8)).size == (1, 39)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_no_picture(data: bytes) -> None:
    with pytest.raises(FileFormatError, match="0 bytes" if not data else "no picture|broken"):
        load_image(data)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_cut_short(name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    data = encoded(Image.fromarray(noise), name)
    with pytest.raises(FileFormatError, match=r"^\[load_image\] the bytes"):
        load_image(data[: len(data) // 2])


def test_too_large() -> None:
    data = encoded(Image.new("1", (20_000, 20_000)))
    with pytest.raises(FileFormatError, match="too large"):
        load_image(data)
    with pytest.raises(FileFormatError, match="more than the 34 allowed"):
        load_image(RED, max_pixels=34)


def test_missing_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no file"):
        load_image(tmp_path / "none.png")
    with pytest.raises(MissingFileError, match="cannot be read"):
        load_image(tmp_path)
    with pytest.raises(MissingFileError, match="cannot be read"):
        load_image("a\0b")


@pytest.mark.parametrize(
    ("uri", "message"),
    [("data:image/png;base64", "no comma"), ("data:image/png;base64,*", "no base64")],
)
def test_broken_data_uri(uri: str, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        load_image(uri)


def test_data_uri_of_plain_text() -> None:
    with pytest.raises(FileFormatError, match="the data URI is no picture"):
        load_image("data:text/plain,hello%20there")


@pytest.mark.parametrize(
    "array",
    [
        np.full((2, 2, 3), np.nan),
        np.full((2, 2, 3), 256),
        np.full((2, 2, 3), -1.0),
        np.full((2, 2, 3), 1.5),
        np.zeros((9, 2, 5), np.uint8),
        np.zeros((0, 2, 3), np.uint8),
        np.zeros(4, np.uint8),
    ],
    ids=["NaN", "256", "negative", "1.5", "channels", "empty", "one axis"],
)
def test_arrays_that_are_no_picture(array: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError):
        load_image(array)


def test_other_types(tmp_path: Path) -> None:
    with pytest.raises(InvalidTypeError, match="got int"):
        load_image(3)  # type: ignore[arg-type]
    with pytest.raises(InvalidTypeError, match="numbers"):
        load_image(np.array([["a"]]))
    with pytest.raises(InvalidTypeError, match="not for text"):
        load_image(io.StringIO("text"))  # type: ignore[arg-type]


def test_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(OfflineError, match="HF_HUB_OFFLINE"):
        load_image("http://127.0.0.1:9/picture.png")


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def test_addresses(server: Server, png: bytes, no_pauses: list[float]) -> None:
    server.files["/red.png"] = png
    server.answers["/red.png"] = [Answer(503), Answer(200, body=png, cut_after=9)]
    server.always["/moved.png"] = Answer(302, {"location": "/red.png"})
    assert (to_array(load_image(f"{server.address}/moved.png")) == RED).all()
    assert len(no_pauses) == 2  # it was asked again after each failure
    assert {token for _, _, token in server.requests} == {None}


def test_addresses_that_do_not_deliver(
    server: Server, monkeypatch: pytest.MonkeyPatch, png: bytes
) -> None:
    with pytest.raises(HubError, match=r"there is nothing at .*404"):
        load_image(f"{server.address}/none.png")
    server.files["/page.png"] = b"<html>"
    with pytest.raises(FileFormatError, match=r"/page\.png is no picture"):
        load_image(f"{server.address}/page.png")
    server.files["/large.png"] = png
    monkeypatch.setattr("onnxformers.image.sources.MAX_BYTES", len(png) - 1)
    with pytest.raises(FileFormatError, match="is larger than"):
        load_image(f"{server.address}/large.png")
