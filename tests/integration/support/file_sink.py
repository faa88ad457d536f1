#!/usr/bin/env python3
"""file_sink.py DATA ACK - a sink that keeps the rules of cdc-pipelines(7) and nothing else.

Data lines are appended to DATA, made durable at each checkpoint and only then acknowledged in ACK.
Each acknowledgement leaves a line {"acked":POS} in DATA, so that a test sees what came after it.
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from walcat_lab import file_ack


def main() -> int:
    ack = pathlib.Path(sys.argv[2])
    hello = None
    whole = False
    with open(sys.argv[1], "ab") as data:
        for line in sys.stdin.buffer:
            if not line.endswith(b"\n"):
                break
            if not line.startswith(b'{"__cdc":'):
                data.write(line)
                continue
            control = json.loads(line)
            if control["__cdc"] == "hello":
                hello = control
            if control["__cdc"] in ("ckpt", "eof"):
                data.flush()
                os.fsync(data.fileno())
                file_ack(ack, hello, control)
                data.write(json.dumps({"acked": control["pos"]}).encode() + b"\n")
            whole = control["__cdc"] == "eof"
    return 0 if whole else 75


if __name__ == "__main__":
    sys.exit(main())
