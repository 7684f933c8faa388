"""The image processor that all others are: pictures to arrays, as a config says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.base import Preprocessor
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.frames import Frame, batch_of, level_table
from onnxformers.processors.image_settings import EVERY_SETTING, OLDER, read_image_settings
from onnxformers.processors.image_sizes import multiples_down, multiples_up, output_size
from onnxformers.processors.views import centre, channels_of, check_resized, size_of, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from onnxformers.processors.image_sizes import Size
    from onnxformers.processors.views import Picture, View

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
    def setting_names(cls) -> frozenset[str]:
        """The keys of the config that the class reads, under older names too."""
        older = (name for name, today in OLDER.items() if today in cls.defaults)
        return frozenset((*cls.defaults, *older))

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
        views = [self.view(picture, settings) for picture in pictures]
        features = BatchFeature(self.to_arrays(views, settings))
        features["original_sizes"] = [list(size_of(picture)) for picture in pictures]
        features["reshaped_input_sizes"] = [list(view.window) for view in views]
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

    def read(self, image: Any, settings: Settings) -> Picture:
        """A picture, upright, as Pillow's image."""
        from onnxformers.image import load_image

        mode = "RGB" if settings.get("do_convert_rgb", True) else None
        return load_image(image, mode=mode)

    def view(self, picture: Picture, settings: Settings) -> View:
        """The picture as it is resized and cropped."""
        old = size_of(picture)
        size = self.resized_size(old, settings)
        if size is not None:
            check_resized(type(self).__name__, old, size)
        view, window = whole(picture, size), self.window(settings)
        return view if window is None else centre(view, window)

    def window(self, settings: Settings) -> Size | None:
        """Height and width of the centre that is cut out; None for all."""
        crop = settings.get("crop_size")
        if not settings.get("do_center_crop") or crop is None:
            return None
        return crop["height"], crop["width"]

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

    def to_arrays(self, views: Sequence[View], settings: Settings) -> dict[str, Any]:
        """The arrays that a model takes, by name."""
        place = type(self).__name__
        levels = self.levels(settings, channels_of(views[0].picture))
        frames = self.frames(views, settings)
        flip = bool(settings.get("do_flip_channel_order"))
        resample = settings.get("resample", 2)
        return {"pixel_values": batch_of(place, views, frames, levels, resample, flip)}

    def frames(self, views: Sequence[View], settings: Settings) -> list[Frame]:
        """The size of the array that each picture goes into, and where it lies in it."""
        return [self.frame(view.window, settings) for view in views]

    def frame(self, size: Size, settings: Settings) -> Frame:
        """Likewise, for one picture of a height and width."""
        pad_size, divisor = settings.get("pad_size"), settings.get("size_divisor")
        if not settings.get("do_pad"):
            return Frame(size)
        if pad_size is None and not divisor and "height" in (settings.get("size") or ()):
            pad_size = settings["size"]
        if pad_size is not None:
            return Frame((pad_size["height"], pad_size["width"]))
        return Frame(multiples_up(size, divisor) if divisor else size)

    def levels(self, settings: Settings, channels: int) -> NDArray[np.float32]:
        """What becomes of each byte, shape (channels, 256)."""
        return level_table(type(self).__name__, settings, channels)
