#!/usr/bin/env python3
"""--encoding debezium beside what the connector was recorded to print: with --debezium-quirks byte for byte, without them but for a
short list of places where the connector loses what the row holds."""

import collections
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import debezium_records as dbz
from walcat_lab import Case, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab
FOLDER = pathlib.Path(__file__).resolve().parent / "debezium"

# settings of the recordings, as flags
STRING_CONNECT_HEX = [
    *("--decimal-handling", "string", "--time-precision", "connect", "--binary-handling", "hex"),
    *("--interval-handling", "string", "--hstore-handling", "map"),
]
DOUBLE_ISOSTRING = ["--decimal-handling", "double", "--time-precision", "isostring"]
NANOSECONDS = ["--time-precision", "nanoseconds"]


class Conformance(Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.run_file("gold.sql")
        self.run_file("gold_rows.sql")
        self.publish_all()

    def run_file(self, name: str) -> None:
        self.sql(f"\\cd {FOLDER}\n\\i {name}")

    def records(self, *flags: str) -> list[dbz.Record]:
        done = self.walcat("--encoding", "debezium", "--topic-prefix", "app", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return dbz.of_lines("app", done.stdout)

    def snapshot_and_stream(self, *flags: str) -> list[dbz.Record]:
        """A snapshot of the first rows, the changes of dml.sql behind it."""
        self.make_slot("s")
        snapshot = self.records("--snapshot", "only", *flags)
        self.run_file("dml.sql")
        return snapshot + self.records("--slot", "s", "--no-ack", "--until-now", "--transactions", *flags)

    def snapshot_after_dml(self, *flags: str) -> dict:
        """By topic and key: the order of the tables is not the connector's."""
        self.run_file("dml.sql")
        self.sql("DELETE FROM inv.types WHERE id > 10; DELETE FROM inv.inf WHERE id > 10")
        return self.by_key(self.records("--snapshot", "only", "--table", "inv.*", *flags))

    @staticmethod
    def by_key(found: list[dbz.Record]) -> dict:
        masked = [record.masked(dbz.SNAPSHOT_WORD) for record in found]
        return {(record.topic, record.key): record for record in masked}

    def same_text(self, name: str, *flags: str) -> None:
        expected = self.by_key(dbz.recorded(FOLDER / name))
        found = self.snapshot_after_dml("--debezium-quirks", *flags)
        for key, record in expected.items():
            self.assertEqual(record.value, found[key].value, key)

    # --debezium-quirks: the same bytes

    def test_defaults(self):
        expected = [record.masked() for record in dbz.recorded(FOLDER / "default.tsv")]
        found = [record.masked() for record in self.snapshot_and_stream("--debezium-quirks")]
        self.assertEqual(len(expected), len(found))
        for number, (left, right) in enumerate(zip(expected, found, strict=True), 1):
            if "LogicalDecodingMessageId@" in left.value:  # the name of a Java object, where a message has no table
                self.assertIn('"event_count":1,"data_collections":[]', right.value)
                continue
            self.assertEqual(left, right, f"record {number}")

    def test_string_connect_hex(self):
        self.same_text("string-connect-hex.tsv", *STRING_CONNECT_HEX)

    def test_double_isostring(self):
        self.same_text("double-isostring.tsv", *DOUBLE_ISOSTRING)

    def test_nanoseconds(self):
        self.same_text("nanoseconds.tsv", *NANOSECONDS)

    def test_schemas(self):
        self.same_text("schemas-enabled-types.tsv", "--schemas")

    def test_schemas_of_defaults(self):
        self.same_text("schemas-enabled-tpk.tsv", "--schemas")

    # an incremental snapshot beside the stream

    def test_incremental_snapshot(self):
        """Where its rows stand in the stream is chance, with the connector too; among themselves they keep the order of the key,
        and so does the rest. Nothing else is masked than elsewhere: that the rows have no lsn and no txId must be so here too."""
        self.run_file("dml.sql")
        self.sql("CREATE TABLE inv.inc (id int PRIMARY KEY, v text)")
        self.sql("INSERT INTO inv.inc SELECT n, 'v' || n FROM generate_series(1, 5) n")
        self.make_slot("s")
        expected = dbz.without_signalling(dbz.recorded(FOLDER / "incremental-snapshot.tsv"))
        found = self.read_again("inv.inc", "UPDATE inv.t_pk SET id = 99 WHERE id = 10")
        for wanted in (True, False):
            halves = [
                [record.masked() for record in side if self.is_read(record) is wanted] for side in (expected, found)
            ]
            self.assertEqual(*halves)
        self.assertEqual(sum(map(self.is_read, found)), 5)

    @staticmethod
    def is_read(record: dbz.Record) -> bool:
        return '"op":"r"' in record.value

    def read_again(self, table: str, change: str) -> list[dbz.Record]:
        path = self.folder / "lines"
        words = ["--slot", "s", "--ack", "stdout", "--snapshot", "never", "--transactions"]
        words += ["--encoding", "debezium", "--debezium-quirks", "--topic-prefix", "app"]
        with path.open("w") as lines:
            process = self.popen(*words, stdout=lines)
            self.wait_until(lambda: self.read_slots() == 1)
            self.assertEqual(self.walcat("snapshot", table, "--slot", "s").returncode, 0)
            self.sql(change)
            # a snapshot at work holds its newest message back
            done = "SELECT confirmed_flush_lsn >= pg_current_wal_lsn() FROM pg_replication_slots WHERE slot_name = 's'"
            self.wait_until(lambda: self.sql(done) == "t")
            process.terminate()
            self.assertEqual(process.wait(timeout=60), 0)
        return dbz.of_lines("app", path.read_text())

    # without: only what is listed differs

    def allowed(self, expected, found, allowed: dict) -> None:
        """`allowed`: path of the difference -> what is printed instead, in exact()'s form, a list when it happens to several rows."""
        seen = collections.defaultdict(list)
        for left, right in zip(expected, found, strict=True):
            self.assertEqual(left[:2], right[:2])
            for field in ("key", "value"):
                texts = getattr(left, field), getattr(right, field)
                if "LogicalDecodingMessageId@" in texts[0]:
                    continue
                for path, _, value in dbz.differences(*map(dbz.exact, texts)):
                    place = f"{left.topic.removeprefix('app.')}:{path}"
                    if value not in seen[place]:
                        seen[place].append(value)
        self.assertEqual(allowed, dict(seen))

    DROPPED = {
        # columns that the connector has no place for
        "mr": "{[1,3),[5,7)}",
        "tq": "'fat' & 'rat'",
        "ln": "0/16B3748",
        "xid8": "77",
        "jp": '$."a"[*]',
        "am": ["AJY="],
        "aiv": [86400000000],
    }

    def test_faithful_defaults(self):
        expected = [record.masked() for record in dbz.recorded(FOLDER / "default.tsv")]
        found = [record.masked() for record in self.snapshot_and_stream()]
        allowed = {f"inv.types:/after/{name}": [value, None] for name, value in self.DROPPED.items()}
        allowed |= {
            "inv.types:/after/ai2/0": [[1, 2]],  # the connector: null for every inner array
            "inv.types:/after/ai2/1": [[3, 4]],
            "inv.types:/after/nm": ["nm"],  # null while streaming
            "inv.inf:/after/d": self.DATES,
            # the connector makes up what a key does not say, and prints a default for NULL
            "inv.t_pk:/before/name": [None],
            "inv.t_pk:/before/price": [None],
            "inv.t_pk:/before/qty": [None],
            "inv.t_pk:/before/ts": [None],
            "inv.t_pk:/after/qty": [None],
        }
        self.allowed(expected, found, allowed)

    def faithful(self, name: str, allowed: dict, *flags: str) -> None:
        expected = self.by_key(dbz.recorded(FOLDER / name))
        found = self.snapshot_after_dml(*flags)
        self.allowed(expected.values(), [found[key] for key in expected], allowed)

    # int32's ends; the connector overflows, or loses the era
    DATES = [2147483647, -2147483648, -735160]
    NULL = {"inv.t_pk:/after/qty": [None]}  # the connector prints the column's default

    def dropped(self, **other) -> dict:
        columns = {name: [value, None] for name, value in {**self.DROPPED, **other}.items()}
        columns |= {"ai2/0": [[1, 2]], "ai2/1": [[3, 4]]}
        return {f"inv.types:/after/{name}": values for name, values in columns.items()}

    def test_faithful_string_connect_hex(self):
        allowed = self.dropped(am=["1.50"], aiv=["P0Y0M1DT0H0M0S"])
        infinities = [9223372036854775807, -9223372036854775808]
        allowed |= {"inv.inf:/after/d": self.DATES, "inv.inf:/after/ts": infinities, **self.NULL}
        self.faithful("string-connect-hex.tsv", allowed, *STRING_CONNECT_HEX)

    def test_faithful_double_isostring(self):
        words = ["infinity", "-infinity"]
        allowed = self.dropped(am=["float 1.5"])
        allowed |= {"inv.inf:/after/d": [*words, "-0043-03-15Z"], "inv.inf:/after/ts": words, **self.NULL}
        self.faithful("double-isostring.tsv", allowed, *DOUBLE_ISOSTRING)

    def test_faithful_nanoseconds(self):
        self.faithful("nanoseconds.tsv", self.dropped(), *NANOSECONDS)

    def test_faithful_schemas(self):
        self.faithful("schemas-enabled-types.tsv", self.schemas_of_dropped(), "--schemas")

    def schemas_of_dropped(self) -> dict:
        """The columns that the connector has no place for stand in the schemas too; an enum[] may hold NULL."""
        text = {"type": "string", "optional": True}
        money = {"name": "org.apache.kafka.connect.data.Decimal", "version": 1, "parameters": {"scale": "2"}}
        duration = {"name": "io.debezium.time.MicroDuration", "version": 1}
        fields = dict.fromkeys(("mr", "tq", "ln", "xid8", "jp"), text)
        for name, item in (("am", {"type": "bytes", **money}), ("aiv", {"type": "int64", **duration})):
            fields[name] = {"type": "array", "items": {"optional": True, **item}, "optional": True}
        allowed = self.dropped()
        for image in ("before", "after"):
            place = f"inv.types:/schema/fields/{image}/fields/"
            allowed |= {place + name: [{**field, "field": name}] for name, field in fields.items()}
            allowed[place + "ae/items/optional"] = [True]
            allowed[place + "ai2/items/type"] = ["array"]
            allowed[place + "ai2/items/items"] = [{"type": "int32", "optional": True}]
        return {place.replace(":/after", ":/payload/after"): values for place, values in allowed.items()}

    def test_faithful_schemas_of_defaults(self):
        self.faithful("schemas-enabled-tpk.tsv", {"inv.t_pk:/payload/after/qty": [None]}, "--schemas")


if __name__ == "__main__":
    unittest.main(verbosity=2)
