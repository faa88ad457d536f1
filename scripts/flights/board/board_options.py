"""The options of app.py, which `serve` reads too."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def parse(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="app.py")
    parser.add_argument("--connection", default=os.environ.get("CDC_BOARD_CONNECTION", "lab"))
    parser.add_argument("--database", default="CDC")
    parser.add_argument("--schema", default="RAW")
    parser.add_argument("--role", default="CDC_READER")
    parser.add_argument("--state", metavar="DIR", type=Path, action="append", help="may be given several times")
    given = parser.parse_args(words)
    place = os.environ.get("CDC_BOARD_STATE")
    given.state = given.state or ([Path(place)] if place else [])
    return given
