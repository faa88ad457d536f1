"""What cdc-run and cdc-top share at their outside: refusals with an exit code, messages, durations, flags for the manual."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import sys
import time

from .generate import TEXTS, texts_of

VERSION = "0.1.0"
DONE, REJECTED, USAGE, BAD_INPUT, MISSING, CANNOT_CREATE, IO, TRY_AGAIN, CONFIG = 0, 1, 2, 65, 69, 73, 74, 75, 78
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)")
UNITS = {"ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600}


class Refused(Exception):
    """An end with a code: nothing runs."""

    def __init__(self, code: int, text: str):
        super().__init__(text)
        self.code = code


class Unwritten(Exception):
    """stdout took no more; `__cause__` says why."""


def write(text: str) -> None:
    """To stdout, at once."""
    left = text.encode(errors="surrogateescape")
    try:
        while left:
            left = left[os.write(1, left) :]
    except OSError as error:
        raise Unwritten from error


def tell(text: str) -> None:
    """A line on stderr. Nobody may be there to read it: what is done is worth more than the word about it."""
    try:
        os.write(2, f"{text}\n".encode(errors="surrogateescape"))
    except OSError:
        pass


def run(tool: str, act) -> int:
    """Ends as the tools do when stdout is closed (quietly) or full."""
    for number in (0, 1, 2):  # a file that is opened later must not take the place of a closed stream
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    try:
        return act()
    except Unwritten as error:
        if isinstance(error.__cause__, BrokenPipeError):
            return DONE
        tell(f"{tool}: could not write to stdout: {error.__cause__.strerror}")
        return IO


class Log:
    """Lines on stderr, as the tools write them."""

    def __init__(self, tool: str, form: str):
        self.tool, self.form = tool, form

    def __call__(self, text: str, level: str = "info") -> None:
        line = f"{self.tool}: {text}"
        if self.form == "json":
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            line = json.dumps({"ts": now, "level": level, "tool": self.tool, "msg": text})
        tell(line)


def duration(text: str) -> float:
    found = DURATION.fullmatch(text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f'"{text}" is no time such as 500ms, 1s or 2m')
    return float(found[1]) * UNITS[found[2]]


def pauses(text: str) -> tuple[float, float]:
    first, colon, most = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f'"{text}" is not FIRST:MOST, such as 1s:60s')
    if duration(first) > duration(most):
        raise argparse.ArgumentTypeError(f'"{text}": the first pause is longer than the longest')
    return duration(first), duration(most)


class Parser(argparse.ArgumentParser):
    """Usage errors read like those of the tools, and --generate prints what stands in the manual and what shells complete."""

    def __init__(self, tool: str, description: str):
        form = argparse.RawDescriptionHelpFormatter
        super().__init__(tool, description=description, formatter_class=form, add_help=False, allow_abbrev=False)
        self.add_argument("-h", "--help", action="help", help="Print this text.")
        version = f"{tool} {VERSION}"
        self.add_argument("-V", "--version", action="version", version=version, help="Print the version.")
        self.add_argument("--generate", action=Generate, choices=TEXTS, help=argparse.SUPPRESS)

    def _print_message(self, message: str, file=None):
        write(message)

    def error(self, message: str):
        tell(f"{self.prog}: could not read the command line: {message}")
        known = [name for action in self._actions for name in action.option_strings]
        typed = [word.partition("=")[0] for word in sys.argv[1:] if word.startswith("--") and word != "--"]
        near = [difflib.get_close_matches(word, known, 1) for word in typed if word not in known]
        hint = f"Did you mean {near[0][0]}?" if near and near[0] else f"{self.prog} --help lists the flags."
        tell(f"{self.prog}: hint: {hint}")
        sys.exit(USAGE)


class Generate(argparse.Action):
    def __call__(self, parser, _namespace, what, _option=None):
        write(texts_of(parser, what))
        sys.exit(DONE)
