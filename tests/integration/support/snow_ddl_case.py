"""A folder of migration scripts, snow-ddl, and the Snowflake stand-in with a history: what its tests share."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from snow_lab import SnowLab, SqlFailure

HISTORY = "METADATA.SCHEMACHANGE.CHANGE_HISTORY"


class SnowDdlCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(SnowLab(f"snow-ddl-{cls.__name__.lower()}", *cls.options()))

    @classmethod
    def options(cls) -> list[str]:
        """Of the stand-in."""
        return []

    def setUp(self):
        self.lab.fresh()
        self.lab.sql("DROP DATABASE CDC")
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def script(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def tool(self, command: str, *words: str, **environment: str) -> subprocess.CompletedProcess:
        connection = [] if command in ("lint", "render") else ["-c", "lab"]
        return subprocess.run(
            ["snow-ddl", command, *connection, *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**self.lab.environment, **environment},
        )

    def expect(self, code: int, command: str, *words: str, **environment: str) -> list[dict]:
        done = self.tool(command, *words, **environment)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        self.error = done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def apply(self, code: int = 0, *words: str) -> list[dict]:
        return self.expect(code, "apply", str(self.folder), *words)

    def history(self) -> list[list]:
        columns = "SCRIPT, SCRIPT_TYPE, VERSION, STATUS"
        return self.lab.sql(f"SELECT {columns} FROM {HISTORY} ORDER BY INSTALLED_ON")

    def count(self, table: str) -> int:
        return int(self.lab.sql(f"SELECT COUNT(*) FROM {table}")[0][0])

    def expire_lock(self) -> None:
        """As if a dead owner's minute were over."""
        try:
            self.lab.sql(f"UPDATE {HISTORY}_LOCK SET EXPIRES_AT = DATEADD(second, -1, CURRENT_TIMESTAMP())")
        except SqlFailure:
            pass  # it was never taken
