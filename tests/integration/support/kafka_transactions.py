"""Kafka's own tool for transactions that no client can end, because their coordinator has forgotten them (KIP-664)."""

import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[3]
COMMAND = """
. "$0/scripts/versions"
exec java -cp "$kafka_jars/*" org.apache.kafka.tools.TransactionsCommand "$@"
"""


def run_tool(brokers: str, *words: str) -> str:
    command = ["bash", "-c", COMMAND, str(TOP), "--bootstrap-server", brokers, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


def end_hanging(brokers: str, broker: int = 1) -> list[str]:
    """Ends them all; topics by name."""
    listed = run_tool(brokers, "find-hanging", "--broker-id", str(broker), "--max-transaction-timeout", "0")
    head, *rows = [line.split() for line in listed.splitlines() if line.strip()] or [[]]
    found = [dict(zip(head, row, strict=False)) for row in rows]
    for one in found:
        place = ("--topic", one["Topic"], "--partition", one["Partition"], "--start-offset", one["StartOffset"])
        run_tool(brokers, "abort", *place)
    return [one["Topic"] for one in found]
