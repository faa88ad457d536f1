"""The real Debezium in Kafka Connect, beside ours on the same server and broker."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

WORKER = """
bootstrap.servers={brokers}
listeners=http://127.0.0.1:{port}
plugin.path={plugins}
plugin.discovery=service_load
offset.storage.file.filename={folder}/offsets
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
key.converter.schemas.enable=false
value.converter.schemas.enable=false
topic.creation.enable=true
"""
CONNECTOR = """
name=pg
connector.class=io.debezium.connector.postgresql.PostgresConnector
tasks.max=1
plugin.name=pgoutput
database.hostname={host}
database.port={pgport}
database.user={user}
database.password=x
database.dbname={database}
topic.prefix={prefix}
slot.name=debezium
publication.name=latency
publication.autocreate.mode=disabled
snapshot.mode=no_data
topic.creation.default.replication.factor=1
topic.creation.default.partitions=1
poll.interval.ms={poll}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_running(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/connectors/pg/status", timeout=2) as answer:
            tasks = json.load(answer)["tasks"]
    except (urllib.error.URLError, OSError):
        return False
    return bool(tasks) and tasks[0]["state"] == "RUNNING"


@contextlib.contextmanager
def debezium(folder: pathlib.Path, database: str, prefix: str, poll_ms: int):
    """Runs while inside; what it takes comes from the environment (scripts/versions, the lab)."""
    port = free_port()
    values = {
        "brokers": os.environ["CDC_BROKERS"],
        "port": port,
        "plugins": os.environ["DEBEZIUM_PLUGINS"],
        "folder": folder,
        "host": os.environ["PGHOST"],
        "pgport": os.environ["PGPORT"],
        "user": os.environ["PGUSER"],
        "database": database,
        "prefix": prefix,
        "poll": poll_ms,
    }
    files = [folder / "worker.properties", folder / "connector.properties"]
    for path, text in zip(files, (WORKER, CONNECTOR), strict=True):
        path.write_text(text.format(**values), encoding="utf-8")
    java = ["java", "-Xms128m", "-Xmx1g", "-XX:+UseSerialGC", "-cp", f"{os.environ['KAFKA_JARS']}/*"]
    main = "org.apache.kafka.connect.cli.ConnectStandalone"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*java, main, *files], stdout=log, stderr=log)
    try:
        for _ in range(600):
            if is_running(port):
                break
            if process.poll() is not None:
                raise RuntimeError((folder / "log").read_text()[-2000:])
            time.sleep(0.1)
        yield
    finally:
        process.kill()  # it may take minutes to end well
        process.wait()
