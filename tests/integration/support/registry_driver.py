"""common/avro and common/registry behind a pipe (tests/integration/registry/driver.cpp), and the Python that has the
independent clients: a test that needs those begins with in_client_python()."""

import base64
import importlib.util
import json
import os
import pathlib
import subprocess
import sys


def in_client_python() -> None:
    """Goes on as the same program in scripts/bootstrap's environment `client`."""
    if importlib.util.find_spec("fastavro") is None:
        python = os.environ["CDC_CLIENT_PYTHON"]
        os.execv(python, [python, *sys.argv])


class Refused(Exception):
    def __init__(self, code: int, why: str):
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


class Driver:
    def __init__(self, properties: pathlib.Path | None = None):
        program = pathlib.Path(os.environ["CDC_BUILD_DIR"]) / "bin" / "registry-driver"
        command = [program] if properties is None else [program, properties]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()

    def ask(self, verb: str, **members) -> dict:
        self.process.stdin.write(json.dumps({"do": verb, **members}).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"], answer["why"])
        return answer

    def encode(self, schema: str, value: str) -> bytes:
        return base64.b64decode(self.ask("encode", schema=schema, json=value)["bytes"])

    def decode(self, schema: str, data: bytes) -> str:
        return self.ask("decode", schema=schema, bytes=base64.b64encode(data).decode())["json"]

    def to_avro(self, connect: dict, **options) -> dict:
        return self.ask("to_avro", connect=json.dumps(connect), **options)

    def read(self, data: bytes, header: bytes | None = None) -> dict:
        more = {} if header is None else {"header": base64.b64encode(header).decode()}
        return self.ask("read", bytes=base64.b64encode(data).decode(), **more)
