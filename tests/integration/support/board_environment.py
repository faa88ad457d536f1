"""Runs a test file in one of the environments that scripts/bootstrap makes, with the board's modules at hand."""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
BOARD = TOP / "scripts" / "flights" / "board"


def use_environment(name: str) -> None:
    """Starts the running script again with that environment's Python, unless it runs there already."""
    script = f'. "{TOP}/scripts/versions"; printf %s "$venv_folder"'
    folder = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, text=True, check=True).stdout
    python = Path(folder) / name / "bin" / "python"
    if not python.exists():
        sys.exit(f"no Python at {python}: run scripts/bootstrap --only {name}")
    if Path(sys.prefix).resolve() != python.parent.parent.resolve():
        os.execv(python, [str(python), *sys.argv])
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(BOARD))
