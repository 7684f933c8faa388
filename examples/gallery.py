"""A page of pictures: what several models see in your photographs.

python examples/gallery.py photo.jpg more.jpg --out gallery
python examples/gallery.py photo.jpg --task object-detection --task depth-estimation=my/model
"""

from __future__ import annotations

import argparse
import html
from pathlib import Path

from onnxformers import pipeline
from onnxformers.image import load_image
from onnxformers.pipelines.drawing import draw

TASKS = (
    "object-detection",
    "image-segmentation",
    "depth-estimation",
    "background-removal",
    "image-classification",
    "image-to-text",
)
PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Gallery</title>
<style>
body {{ font-family: sans-serif; margin: 2rem; }}
figure {{ display: inline-block; margin: 0 1rem 1rem 0; vertical-align: top; }}
img {{ max-width: 24rem; background: repeating-conic-gradient(#ddd 0 25%, #fff 0 50%) 0 0/1rem; }}
</style>
{figures}
"""
FIGURE = '<figure><img src="{file}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'


def draw_all(task: str, model: str | None, photos: list[Path], out: Path) -> list[str]:
    """Pictures of one task for all photographs, as figures of the page."""
    figures = []
    with pipeline(task, model) as pipe:
        for photo, result in zip(photos, pipe(iter(photos)), strict=True):
            path = out / f"{task}-{photo.stem}.png"
            draw(load_image(photo), result).save(path)
            caption = html.escape(f"{task}: {photo.name}")
            figures.append(FIGURE.format(file=html.escape(path.name), caption=caption))
    return figures


def main() -> None:
    """Each model is loaded once, sees all photographs, and is closed."""
    parser = argparse.ArgumentParser(description="What several models see in photographs.")
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    parser.add_argument("--out", type=Path, default=Path("gallery"), help="folder of the page")
    parser.add_argument(
        "--task", action="append", metavar="TASK[=MODEL]", help=f"default: {', '.join(TASKS)}"
    )
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    figures: list[str] = []
    for wish in args.task or TASKS:
        task, _, model = wish.partition("=")
        figures += draw_all(task, model or None, args.photos, args.out)
        print(f"{task}: {len(args.photos)} done", flush=True)
    (args.out / "index.html").write_text(PAGE.format(figures="\n".join(figures)), "utf-8")
    print(f"open {args.out / 'index.html'}")


if __name__ == "__main__":
    main()
