"""The official streaming client appends rows from a file of JSON lines, as its users write it. Runs in the clients' venv.

Arguments: PORT, KEY, ROWS-FILE. Steps of 1,500 rows: beyond about 1 MB a flush it would upload files to a bucket instead.
Prints seconds and CPU seconds from the first append to the last row's commit.
"""

import json
import resource
import sys
import time

from snowflake.ingest.streaming import StreamingIngestClient

STEP = 1500


def main() -> None:
    port, key, file = sys.argv[1:]
    with open(file) as lines:
        rows = [json.loads(line) for line in lines]
    with open(key) as pem:
        properties = {"account": "MYORG-BENCH", "user": "U", "private_key": pem.read(), "scheme": "https"}
    properties |= {"host": "127.0.0.1", "port": port, "url": f"https://127.0.0.1:{port}"}
    client = StreamingIngestClient("c", "CDC", "RAW", "FLIGHTS_JOURNAL-STREAMING", properties=properties)
    channel, _ = client.open_channel("Sdk_1")
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.monotonic()
    for begin in range(0, len(rows), STEP):
        end = min(begin + STEP, len(rows))
        channel.append_rows(rows[begin:end], str(begin), str(end - 1))
        channel.wait_for_flush(timeout_seconds=60)
    last = str(len(rows) - 1)
    channel.wait_for_commit(lambda token: token == last, timeout_seconds=60)
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    channel.close()
    client.close()
    print(f"{seconds} {after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}", flush=True)


if __name__ == "__main__":
    main()
