"""The lab's server over a socket file, which is what `-d db` alone means: labs listen on loopback only."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]


def sql(text: str) -> None:
    words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-c", text]
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)


def restart(lab: str) -> None:
    for verb in ("stop", "start"):
        env = dict(os.environ, CDC_LAB=lab)
        subprocess.run([TOP / "scripts/lab", verb, "postgres"], env=env, stdout=subprocess.DEVNULL, check=True)


@contextlib.contextmanager
def over_socket(lab: str):
    """Inside, PGHOST is a folder; data and port stay. No other connection may be open."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder).chmod(0o777)  # the server may run under another user
        sql(f"ALTER SYSTEM SET unix_socket_directories = '{folder}'")
        restart(lab)
        host = os.environ["PGHOST"]
        os.environ["PGHOST"] = folder
        try:
            yield
        finally:
            os.environ["PGHOST"] = host
            sql("ALTER SYSTEM RESET unix_socket_directories")
            restart(lab)
