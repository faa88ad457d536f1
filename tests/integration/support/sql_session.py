"""A session of psql that a test keeps open beside the tool under test."""

import subprocess


class SqlSession:
    """A session that stays open, for interleaved transactions; statements end with `;`."""

    def __init__(self, database: str, environment: dict[str, str]):
        words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database]
        self._process = subprocess.Popen(
            words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, text: str) -> str:
        self._process.stdin.write(text + "\n\\echo --done--\n")
        self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            if line == "--done--\n":
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"psql ended in: {text}")

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
