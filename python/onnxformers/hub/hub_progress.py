"""How huggingface_hub's downloads tell `progress_callback`: it wants a class of progress bars."""

from __future__ import annotations

from typing import Any

from tqdm.std import tqdm

from onnxformers.hub.progress import Reporter


class _Nowhere:
    """A text stream that drops what it is given."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


def bar_class(report: Reporter) -> type[Any]:
    """A class of bars that show nothing and report to `report`."""

    class ReportingBar(tqdm):  # type: ignore[misc]
        # No thread of tqdm's: nothing is drawn that would need refreshing.
        monitor_interval = 0

        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            options.update(file=_Nowhere(), disable=False, mininterval=3600.0)
            super().__init__(*args, **options)
            report.download()
            if self.total is not None:
                report.progress(int(self.n), int(self.total))

        def update(self, n: float | None = 1) -> bool | None:
            drawn: bool | None = super().update(n)
            report.progress(int(self.n), None if self.total is None else int(self.total))
            return drawn

        # huggingface_hub tells a class with these two of bytes on the wire here, not in a bar more.
        def update_transfer(self, n: float) -> None:
            pass

        def set_transfer_postfix_str(self, text: str, refresh: bool = True) -> None:
            pass

    return ReportingBar
