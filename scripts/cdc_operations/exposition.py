"""Prometheus' text form, read from a file or over HTTP."""

from __future__ import annotations

import http.client
import math
import re
import urllib.parse
import urllib.request
from pathlib import Path

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)", re.MULTILINE)
MOST_BYTES = 16_000_000
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Samples:
    """All samples of one exposition."""

    def __init__(self, text: str):
        self.rows = []
        for name, labels, value in SAMPLE.findall(text):
            try:
                known = float(value)
            except ValueError:
                continue
            if math.isfinite(known):  # what is not known is not said
                self.rows.append((name, dict(LABEL.findall(labels)), known))

    def values(self, name: str, **labels: str) -> list[float]:
        return [value for known, of, value in self.rows if known == name and labels.items() <= of.items()]

    def labelled(self, name: str) -> list[tuple[dict[str, str], float]]:
        return [(of, value) for known, of, value in self.rows if known == name]

    def one(self, name: str) -> float | None:
        """None: not said."""
        found = self.values(name)
        return found[0] if found else None

    def sum(self, name: str, **labels: str) -> float:
        return sum(self.values(name, **labels))

    def tool(self) -> str:
        """Whose they are: walcat of walcat_build_info; empty when it is nobody's that we know."""
        for name, _, _ in self.rows:
            if name.endswith("_build_info") or name == "cdc_run_up":
                return name.removesuffix("_build_info").removesuffix("_up")
        return ""

    def label(self, name: str) -> str:
        return next((labels[name] for _, labels, _ in self.rows if name in labels), "")


def read_file(path: Path) -> Samples:
    return Samples(path.read_text(encoding="utf-8", errors="replace"))


def read_url(url: str, seconds: float = 1) -> Samples:
    """Throws OSError when nobody answers in time, or what answers does not speak HTTP."""
    place = url if url.endswith("/metrics") else url.rstrip("/") + "/metrics"
    try:
        with opener(place).open(place, timeout=seconds) as answer:
            return Samples(answer.read(MOST_BYTES).decode(errors="replace"))
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"it is no HTTP: {str(error).strip() or type(error).__name__}") from error


def opener(url: str) -> urllib.request.OpenerDirector:
    """What this machine serves is not asked for at a proxy."""
    near = urllib.parse.urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if near else []))
