"""Lines, labels and captions on pictures, in a size that fits them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    Color = tuple[int, int, int]

#: Smaller pictures get a frame of this width for their captions.
_LEAST_WIDTH = 320
_PAPER, _INK, _BAR = (255, 255, 255), (30, 30, 30), (66, 133, 244)
_MOST_LINES = 20


class Pen:
    """Draws on a picture; lines and letters grow with it."""

    def __init__(self, picture: Image) -> None:
        from PIL import ImageDraw

        self._draw = ImageDraw.Draw(picture)
        self._size = picture.size
        longest = max(picture.size)
        self._line = max(1, round(longest / 300))
        self.font = _font(max(10, longest / 45))

    def box(self, corners: Sequence[float], color: Color, title: str) -> None:
        """A box with its title above it, or inside where there is no room."""
        left, right = sorted((corners[0], corners[2]))
        top, bottom = sorted((corners[1], corners[3]))
        self._draw.rectangle((left, top, right, bottom), outline=color, width=self._line)
        self.text((max(left, 0), max(top, 0)), title, color)

    def point(self, place: tuple[float, float], color: Color, title: str) -> None:
        """A dot with its title beside it."""
        x, y = place
        radius = 2 * self._line
        around = (x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse(around, fill=color, outline=(255, 255, 255))
        self.text((x + 2 * radius, y), title, color)

    def text(
        self, place: tuple[float, float], text: str, color: Color, *, is_centred: bool = False
    ) -> None:
        """A text on a ground of its color: its lower left corner, or its middle, at a place.

        It is moved into the picture where it would leave it.
        """
        if not text:
            return
        left, top, right, bottom = self._draw.textbbox((0, 0), text, font=self.font)
        width, height = right - left + 4, bottom - top + 4
        x, y = place
        x, y = (x - width / 2, y - height / 2) if is_centred else (x, y - height)
        x = max(0, min(x, self._size[0] - width))
        y = max(0, min(y, self._size[1] - height))
        self._draw.rectangle((x, y, x + width, y + height), fill=color)
        ink = _INK if sum(color) > 380 else _PAPER
        self._draw.text((x + 2 - left, y + 2 - top), text, font=self.font, fill=ink)


def with_lines(image: Image, lines: Sequence[tuple[str, float | None]]) -> Image:
    """The image with lines of text below it, those with a score with a bar.

    Args:
        image: RGB.
        lines: Text and score; None for none.
    """
    from PIL import Image as pillow
    from PIL import ImageDraw

    width = max(image.width, _LEAST_WIDTH)
    font = _font(max(12, width / 40))
    height = round(font.size * 1.5)
    rows = [row for line in lines for row in _wrapped(line, font, width - height)][:_MOST_LINES]
    picture = pillow.new("RGB", (width, image.height + height * len(rows) + height // 2), _PAPER)
    picture.paste(image, ((width - image.width) // 2, 0))
    pen = ImageDraw.Draw(picture)
    for number, (text, score) in enumerate(rows):
        top = image.height + height // 4 + number * height
        if score is not None:
            long = round((width - height) * min(max(score, 0.0), 1.0))
            bar = (height // 2, top + height * 0.85, height // 2 + long, top + height * 0.95)
            pen.rectangle(bar, fill=_BAR)
        shown = text if score is None else f"{score:.3f}  {text}"
        pen.text((height // 2, top), shown, font=font, fill=_INK)
    return picture


def _wrapped(
    line: tuple[str, float | None], font: Any, room: int
) -> list[tuple[str, float | None]]:
    """A line as several that are no wider than the picture; one with a score stays one."""
    text, score = line
    most = max(8, int(room / (font.getlength("n") or 1)))
    if score is not None:
        return [(textwrap.shorten(text, most - 8, placeholder="..."), score)]
    return [(part, None) for part in textwrap.wrap(text, most) or [""]]


def _font(size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)
