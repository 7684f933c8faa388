"""The image processor that all others are: pictures to arrays, as a config says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.base import Preprocessor
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.frames import Frame, batch_of, level_table
from onnxformers.processors.image_settings import EVERY_SETTING, read_image_settings
from onnxformers.processors.image_sizes import multiples_down, multiples_up, output_size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from onnxformers.processors.image_sizes import Size

    Pixels = NDArray[np.uint8]

Settings = Mapping[str, Any]


class ImageProcessor(Preprocessor):
    """Turns pictures into `pixel_values`, as preprocessor_config.json says.

    The steps, each of which the config switches: convert to RGB, resize, cut out the centre,
    rescale, normalise, pad, and swap red and blue. Resizing is Pillow's, pixel for pixel.

    Source: spec/transformers.js/processors.md, ImageFeatureExtractor.
    """

    type_key = "image_processor_type"
    defaults: ClassVar[Settings] = EVERY_SETTING
    model_input_names = ("pixel_values",)

    @classmethod
    def read_settings(cls, config: Settings, place: str) -> dict[str, Any]:
        """The settings that a config stands for; errors as of the base."""
        return read_image_settings(cls.defaults, config, place)

    def __call__(self, images: Any, **options: Any) -> BatchFeature:
        """The arrays of pictures.

        Args:
            images: a picture or a list of them: whatever `onnxformers.image.load_image` reads.
            **options: settings for this call, such as `size` or `do_resize`.

        Returns:
            `pixel_values`, float32 of shape (pictures, channels, height, width); `original_sizes`
            and `reshaped_input_sizes` (before padding), lists of [height, width].

        Raises:
            InvalidArgumentError: no picture, an option that is unknown, or pictures that come out
                with different sizes.
            InvalidTypeError: something is no picture.
            FileFormatError: a file is no picture, or broken.

        Example:
            >>> processor = AutoImageProcessor.from_pretrained("google/vit-base-patch16-224")
            >>> processor("photo.jpg").pixel_values.shape
            (1, 3, 224, 224)

        Source: transformers 4.46.3, `BaseImageProcessor.preprocess`.
        """
        settings = self.settings_with(options)
        pictures = [self.read(image, settings) for image in self.as_list(images)]
        shaped = [self.shape(picture, settings) for picture in pictures]
        features = BatchFeature(self.to_arrays(shaped, settings))
        features["original_sizes"] = [list(picture.shape[:2]) for picture in pictures]
        features["reshaped_input_sizes"] = [list(picture.shape[:2]) for picture in shaped]
        return features

    preprocess = __call__

    def as_list(self, images: Any) -> list[Any]:
        """The pictures one by one: a list, or an array of four axes, is several.

        Raises:
            InvalidArgumentError: there is none.
        """
        import numpy as np

        if isinstance(images, np.ndarray) and images.ndim == 4:
            images = list(images)
        if not isinstance(images, list | tuple):
            return [images]
        if not images:
            raise InvalidArgumentError(f"[{type(self).__name__}] expected pictures, got none")
        return list(images)

    def read(self, image: Any, settings: Settings) -> Pixels:
        """A picture as uint8 of shape (height, width, channels), upright."""
        import numpy as np

        from onnxformers.image import load_image

        mode = "RGB" if settings.get("do_convert_rgb", True) else None
        pixels = np.asarray(load_image(image, mode=mode))
        return pixels if pixels.ndim == 3 else pixels[..., None]

    def shape(self, picture: Pixels, settings: Settings) -> Pixels:
        """The picture resized and cropped."""
        from onnxformers.image import center_crop, resize

        size = self.resized_size(picture.shape[:2], settings)
        if size is not None:
            self._check_size(picture, size)
            picture = resize(picture, size, settings.get("resample", 2))
        crop = settings.get("crop_size")
        if settings.get("do_center_crop") and crop is not None:
            picture = center_crop(picture, (crop["height"], crop["width"]))
        return picture

    def _check_size(self, picture: Pixels, size: Size) -> None:
        from onnxformers.image.loading import MAX_PIXELS

        height, width = size
        if min(size) >= 1 and height * width <= MAX_PIXELS:
            return
        what = "no pixel" if min(size) < 1 else f"more than {MAX_PIXELS} pixels"
        raise InvalidArgumentError(
            f"[{type(self).__name__}] a picture of height {picture.shape[0]} and width "
            f"{picture.shape[1]} would be resized to {what} ({height} x {width}); cut it, or give "
            "another size="
        )

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """Height and width that a picture is resized to; None when it is not.

        Raises:
            InvalidArgumentError: `size` has no keys that fit.
        """
        size, divisor = settings.get("size"), settings.get("size_divisor")
        do_resize = settings.get("do_resize")
        if not (size is not None if do_resize is None else do_resize):
            return None
        if size is None and divisor:
            return multiples_down(picture, divisor)
        found = output_size(picture, size or {}, type(self).__name__)
        if divisor and size is not None and "height" not in size:
            return multiples_down(found, divisor)
        return found

    def to_arrays(self, pictures: Sequence[Pixels], settings: Settings) -> dict[str, Any]:
        """The arrays that a model takes, by name."""
        frames = self.frames(pictures, settings)
        return {"pixel_values": self.batch(pictures, frames, settings)}

    def frames(self, pictures: Sequence[Pixels], settings: Settings) -> list[Frame]:
        """The size of the array that each picture goes into, and where it lies in it."""
        return [self.frame(picture, settings) for picture in pictures]

    def frame(self, picture: Pixels, settings: Settings) -> Frame:
        """Likewise, for one picture."""
        size: Size = (picture.shape[0], picture.shape[1])
        pad_size, divisor = settings.get("pad_size"), settings.get("size_divisor")
        if not settings.get("do_pad"):
            return Frame(size)
        if pad_size is not None:
            return Frame((pad_size["height"], pad_size["width"]))
        return Frame(multiples_up(size, divisor) if divisor else size)

    def batch(
        self, pictures: Sequence[Pixels], frames: Sequence[Frame], settings: Settings
    ) -> NDArray[np.float32]:
        """One array of all pictures, rescaled and normalised."""
        place = type(self).__name__
        levels = self.levels(settings, pictures[0].shape[2])
        flip = bool(settings.get("do_flip_channel_order"))
        return batch_of(place, pictures, frames, levels, flip)

    def levels(self, settings: Settings, channels: int) -> NDArray[np.float32]:
        """What becomes of each byte, shape (channels, 256)."""
        return level_table(type(self).__name__, settings, channels)
