"""Runs inside the clients' environment: the official streaming SDK sends rows to one table.

Arguments: the server's facts, the key file and the table. Prints `committed=` and the token, among
the log lines of the SDK.
"""

import json
import sys
import time
from pathlib import Path

from snowflake.ingest.streaming import StreamingIngestClient

ROWS = 20


def main() -> None:
    facts, key, table = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
    client = StreamingIngestClient(
        "client",
        "CDC",
        "RAW",
        f"{table}-STREAMING",
        properties={
            "account": "MYORG-LAB",
            "user": "CDC_USER",
            "private_key": Path(key).read_text(),
            "url": facts["tls_url"],
            "scheme": "https",
            "host": "127.0.0.1",
            "port": str(facts["tls_port"]),
        },
    )
    channel, _ = client.open_channel("Sdk_1")
    for number in range(ROWS):
        channel.append_row({"id": number, "n": f"row {number}"}, str(number))
    channel.append_row({"id": "bad"}, str(ROWS))
    deadline = time.monotonic() + 20
    while (token := channel.get_latest_committed_offset_token()) != str(ROWS):
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    channel.close()
    client.close()
    print(f"committed={token}", flush=True)


if __name__ == "__main__":
    main()
