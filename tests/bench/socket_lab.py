"""The lab's server over its socket file: what `-d db` alone connects to on most machines."""

import contextlib
import os
import subprocess


@contextlib.contextmanager
def over_socket():
    """Inside, PGHOST is the folder of the socket file."""
    words = ["psql", "-XqAt", "-d", "postgres", "-c", "SHOW data_directory"]
    folder = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    host = os.environ["PGHOST"]
    os.environ["PGHOST"] = folder
    try:
        yield
    finally:
        os.environ["PGHOST"] = host
