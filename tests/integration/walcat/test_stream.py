#!/usr/bin/env python3
"""What walcat prints for each kind of change, and where a run ends."""

import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, environment, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

SOURCE = [
    "version",
    "connector",
    "name",
    "ts_ms",
    "snapshot",
    "db",
    "sequence",
    "ts_us",
    "ts_ns",
    "schema",
    "table",
    "txId",
    "lsn",
    "xmin",
    "origin",
    "origin_lsn",
]
PEEK = ("--slot", "s", "--no-ack", "--until-now")


def brief(event: dict) -> dict:
    names = ("op", "key", "old_key", "new_key", "before", "after", "unchanged")
    return {name: event[name] for name in names if name in event}


class Changes(Case):
    def prepare(self, tables: str) -> None:
        self.sql(tables)
        self.publish_all()
        self.make_slot("s")

    def briefs(self, *options: str) -> list[dict]:
        return [brief(event) for event in self.data(*PEEK, *options)]

    def test_the_same_over_a_socket_file(self):
        """Small messages and large ones, more than a socket holds: what -d alone connects to, read at another pace."""
        self.prepare("CREATE TABLE t (id int PRIMARY KEY, a text)")
        self.sql(
            """INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 30000) i;
INSERT INTO t SELECT i, repeat('x', 300000 + i) FROM generate_series(30001, 30010) i;
DO $$ BEGIN FOR i IN 30011..30500 LOOP INSERT INTO t VALUES (i, 'small'); COMMIT; END LOOP; END $$"""
        )
        words = self.words(*PEEK)
        folder = self.sql("SHOW data_directory")
        outputs = []
        for host in (environment()["PGHOST"], folder):
            env = {**self.walcat_environment(), "PGHOST": host}
            done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=120, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            outputs.append([json.loads(line) for line in done.stdout.splitlines()])
        over_tcp, over_socket = ([(event["pos"], brief(event)) for event in events] for events in outputs)
        self.assertEqual(len(over_socket), 30500)
        self.assertTrue(over_tcp == over_socket)

    def test_insert_update_delete(self):
        self.prepare("CREATE TABLE t (id int PRIMARY KEY, a text)")
        self.sql("INSERT INTO t VALUES (1, 'x'); UPDATE t SET a = 'y'; DELETE FROM t")
        self.assertEqual(
            self.briefs(),
            [
                {"op": "c", "key": {"id": 1}, "before": None, "after": {"id": 1, "a": "x"}},
                {"op": "u", "key": {"id": 1}, "before": None, "after": {"id": 1, "a": "y"}},
                {"op": "d", "key": {"id": 1}, "before": {"id": 1}, "after": None},
            ],
        )

    def test_members_and_their_order(self):
        self.prepare("CREATE TABLE t (id int PRIMARY KEY)")
        self.sql("INSERT INTO t VALUES (1)")
        event = self.data(*PEEK, "--topic-prefix", "app")[0]
        self.assertEqual(
            list(event), ["pos", "key", "before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns"]
        )
        self.assertEqual(list(event["source"]), SOURCE)
        self.assertEqual(event["source"]["name"], "app")
        self.assertEqual(event["source"]["snapshot"], "false")
        self.assertEqual(json.loads(event["source"]["sequence"])[1], str(event["source"]["lsn"]))
        self.assertEqual(event["ts_ns"] // 1000, event["ts_us"])
        self.assertEqual(event["ts_us"] // 1000, event["ts_ms"])
        self.assertLess(abs(event["ts_ms"] / 1000 - time.time()), 60)
        self.assertLess(abs(event["source"]["ts_us"] / 1e6 - time.time()), 60)

    def test_key_change_is_delete_and_create(self):
        self.prepare(
            "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE TABLE f (id int PRIMARY KEY, a text); "
            "ALTER TABLE f REPLICA IDENTITY FULL"
        )
        self.sql(
            "INSERT INTO t VALUES (1, 'x'); UPDATE t SET id = 2; INSERT INTO f VALUES (1, 'x'); UPDATE f SET id = 2; "
            "UPDATE f SET a = 'y'"
        )
        got = self.briefs()
        self.assertEqual(
            got[1:3],
            [
                {"op": "d", "key": {"id": 1}, "new_key": {"id": 2}, "before": {"id": 1}, "after": None},
                {"op": "c", "key": {"id": 2}, "old_key": {"id": 1}, "before": None, "after": {"id": 2, "a": "x"}},
            ],
        )
        self.assertEqual(
            got[4:],
            [
                {"op": "d", "key": {"id": 1}, "new_key": {"id": 2}, "before": {"id": 1, "a": "x"}, "after": None},
                {"op": "c", "key": {"id": 2}, "old_key": {"id": 1}, "before": None, "after": {"id": 2, "a": "x"}},
                {"op": "u", "key": {"id": 2}, "before": {"id": 2, "a": "x"}, "after": {"id": 2, "a": "y"}},
            ],
        )
        positions = [event["pos"] for event in self.data(*PEEK)]
        self.assertEqual(len(set(positions)), len(positions))

    def test_keys(self):
        self.prepare(
            "CREATE TABLE composite (a int, b int, c int, PRIMARY KEY (c, a)); "
            "CREATE TABLE indexed (a int NOT NULL, b int NOT NULL, c int); "
            "CREATE UNIQUE INDEX i ON indexed (b, a); ALTER TABLE indexed REPLICA IDENTITY USING INDEX i; "
            "CREATE TABLE nokey (a int); ALTER TABLE nokey REPLICA IDENTITY FULL; "
            "CREATE TABLE nothing (a int PRIMARY KEY); ALTER TABLE nothing REPLICA IDENTITY NOTHING"
        )
        self.sql(
            "INSERT INTO composite VALUES (1, 2, 3); INSERT INTO indexed VALUES (1, 2, 3); "
            "INSERT INTO nokey VALUES (1); DELETE FROM nokey; INSERT INTO nothing VALUES (1); DELETE FROM indexed"
        )
        got = self.briefs()
        self.assertEqual(
            [list(event["key"].items()) if event["key"] else None for event in got],
            [[("c", 3), ("a", 1)], [("b", 2), ("a", 1)], None, None, [("a", 1)], [("b", 2), ("a", 1)]],
        )
        self.assertEqual(got[3]["before"], {"a": 1})
        self.assertEqual(got[5]["before"], {"a": 1, "b": 2})

    def test_unchanged_toast(self):
        self.prepare(
            "CREATE TABLE t (id int PRIMARY KEY, a int, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL; "
            "CREATE TABLE f (id int PRIMARY KEY, a int, big text); ALTER TABLE f ALTER big SET STORAGE EXTERNAL; "
            "ALTER TABLE f REPLICA IDENTITY FULL"
        )
        self.sql(
            "INSERT INTO t VALUES (1, 1, repeat('x', 5000)); UPDATE t SET a = 2; UPDATE t SET id = 2; "
            "INSERT INTO f VALUES (1, 1, repeat('x', 5000)); UPDATE f SET a = 2"
        )
        got = self.briefs()
        self.assertEqual(
            got[1], {"op": "u", "key": {"id": 1}, "before": None, "after": {"id": 1, "a": 2}, "unchanged": ["big"]}
        )
        self.assertEqual(got[3]["after"], {"id": 2, "a": 2})
        self.assertEqual(got[3]["unchanged"], ["big"])
        self.assertNotIn("unchanged", got[2])
        self.assertEqual(got[5]["after"], {"id": 1, "a": 2, "big": "x" * 5000})
        self.assertNotIn("unchanged", got[5])

    def test_toasted_key_is_no_key_change(self):
        self.prepare("CREATE TABLE t (id text PRIMARY KEY, a int); ALTER TABLE t ALTER id SET STORAGE EXTERNAL")
        self.sql("INSERT INTO t VALUES (repeat('k', 2500), 1); UPDATE t SET a = 2")
        got = self.briefs()
        self.assertEqual([event["op"] for event in got], ["c", "u"])
        self.assertEqual(got[1]["key"], {"id": "k" * 2500})
        self.assertEqual(got[1]["after"], {"id": "k" * 2500, "a": 2})

    def test_truncate_and_messages(self):
        self.prepare("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int REFERENCES a)")
        self.sql(
            "TRUNCATE a, b; BEGIN; SELECT pg_logical_emit_message(true, 'in', 'hi'); "
            "SELECT pg_logical_emit_message(false, 'out', E'\\\\x00ff'::bytea); COMMIT"
        )
        got = self.data(*PEEK)
        self.assertEqual(
            [(event["op"], event["source"]["table"], event["key"]) for event in got],
            [("t", "a", None), ("t", "b", None), ("m", "", {"prefix": "out"}), ("m", "", {"prefix": "in"})],
        )
        self.assertEqual(list(got[3]), ["pos", "key", "op", "ts_ms", "source", "transaction", "message"])
        self.assertEqual(got[3]["message"], {"prefix": "in", "content": "aGk="})
        self.assertEqual(got[2]["message"], {"prefix": "out", "content": "AP8="})
        self.assertIsNone(got[2]["source"]["txId"])
        positions = [event["pos"] for event in got]
        self.assertEqual(positions, sorted(set(positions)))

    def test_interleaved_sessions(self):
        """The commit order is unlike the write order; row positions go backwards, ours never."""
        self.prepare("CREATE TABLE t (id int PRIMARY KEY, s int, big text)")
        one, two = self.session(), self.session()
        one.run("BEGIN; INSERT INTO t VALUES (1, 1, repeat('compressible ', 2000));")
        two.run("BEGIN; INSERT INTO t VALUES (2, 2, '');")
        one.run("INSERT INTO t VALUES (3, 1, '');")
        two.run("COPY t FROM STDIN;\n" + "".join(f"{n}\t2\tcopied\n" for n in range(100, 150)) + "\\.")
        one.run("UPDATE t SET s = 3 WHERE id = 1;")
        two.run("COMMIT;")
        one.run("INSERT INTO t VALUES (4, 1, ''); COMMIT;")
        got = self.data(*PEEK)
        order = [event["after"]["id"] for event in got]
        self.assertEqual(order, [2, *range(100, 150), 1, 3, 1, 4])
        positions = [event["pos"] for event in got]
        self.assertEqual(positions, sorted(set(positions)))
        lsns = [event["source"]["lsn"] for event in got]
        self.assertNotEqual(lsns, sorted(lsns))  # the trace is a real one
        self.assertLess(len(set(lsns[1:51])), 50)  # rows of COPY share an LSN
        again = [event["pos"] for event in self.data(*PEEK, "--exclude-table", "nothing")]
        self.assertEqual(positions, again)

    def test_position_does_not_depend_on_filters(self):
        self.prepare("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
        self.sql(
            "BEGIN; INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); UPDATE a SET id = 2; INSERT INTO b VALUES (2); COMMIT"
        )
        everything = {(event["source"]["table"], json.dumps(event["key"])): event["pos"] for event in self.data(*PEEK)}
        only_b = self.data(*PEEK, "--table", "public.b")
        self.assertEqual(len(only_b), 2)
        for event in only_b:
            self.assertEqual(event["pos"], everything[("b", json.dumps(event["key"]))])
        self.assertEqual(len(self.data(*PEEK, "--exclude-table", "a*")), 2)
        self.assertEqual(self.data(*PEEK, "--table", "other.*"), [])

    def test_transactions(self):
        self.prepare("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
        self.sql("BEGIN; INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO a VALUES (2); COMMIT")
        got = self.events(*PEEK, "--transactions")
        self.assertEqual([event.get("__cdc", event.get("op")) for event in got], ["begin", "c", "c", "c", "commit"])
        blocks = [event["transaction"] for event in got[1:4]]
        self.assertEqual([(b["total_order"], b["data_collection_order"]) for b in blocks], [(1, 1), (2, 1), (3, 2)])
        self.assertTrue(all(b["id"].startswith(f"{got[0]['txId']}:") for b in blocks))
        self.assertEqual(got[4]["event_count"], 3)
        self.assertEqual(
            sorted(map(tuple, (c.values() for c in got[4]["data_collections"]))), [("public.a", 2), ("public.b", 1)]
        )

    def test_schema_lines(self):
        self.prepare("CREATE TABLE t (id int PRIMARY KEY, n numeric(12,2) NOT NULL)")
        self.sql("INSERT INTO t VALUES (1, 1)")
        self.sql("INSERT INTO t VALUES (2, 1); ANALYZE t")
        self.sql("INSERT INTO t VALUES (3, 1)")
        self.sql("ALTER TABLE t ADD extra text; INSERT INTO t VALUES (4, 1, 'x')")
        self.sql("ALTER TABLE t RENAME extra TO other; ALTER TABLE t DROP n; INSERT INTO t VALUES (5, 'y')")
        got = self.events(*PEEK, "--control")
        kinds = [event.get("__cdc", event.get("op")) for event in got]
        self.assertEqual(
            [kind for kind in kinds if kind in ("schema", "c")], ["schema", "c", "c", "c", "schema", "c", "schema", "c"]
        )
        schemas = [event for event in got if event.get("__cdc") == "schema"]
        self.assertEqual(
            schemas[0]["columns"],
            [
                {"name": "id", "type": "integer", "oid": 23, "modifier": -1, "nullable": False},
                # what the catalog says now of a column that is gone: it may be null
                {"name": "n", "type": "numeric(12,2)", "oid": 1700, "modifier": 786438, "nullable": True},
            ],
        )
        self.assertEqual(schemas[0]["key"], ["id"])
        self.assertEqual([c["name"] for c in schemas[2]["columns"]], ["id", "other"])
        self.assertEqual(self.data(*PEEK)[-1]["after"], {"id": 5, "other": "y"})
        only = self.events("--schema-only")
        self.assertEqual(only, [schemas[2]])

    def test_partitions(self):
        self.sql(
            "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); "
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); "
            "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20); "
            "CREATE PUBLICATION root FOR TABLE p WITH (publish_via_partition_root); CREATE PUBLICATION leaves FOR TABLE p"
        )
        self.make_slot("s")
        self.sql("INSERT INTO p VALUES (1, 1), (11, 2)")
        for publication, names in (("root", ["p", "p"]), ("leaves", ["p1", "p2"])):
            stream = self.data(*PEEK, "--publication", publication)
            self.assertEqual([event["source"]["table"] for event in stream], names)
            snapshot = self.data("--snapshot", "only", "--publication", publication)
            self.assertEqual([event["source"]["table"] for event in snapshot], names)
            self.assertEqual([event["key"] for event in snapshot], [{"id": 1}, {"id": 11}])

    def test_row_filter_and_column_list_hold_in_the_snapshot_too(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a int, secret text); "
            "CREATE PUBLICATION cdckit FOR TABLE t (id, a) WHERE (id > 1)"
        )
        self.make_slot("s")
        self.sql("INSERT INTO t VALUES (1, 1, 'x'), (2, 2, 'y')")
        self.assertEqual([event["after"] for event in self.data(*PEEK)], [{"id": 2, "a": 2}])
        self.assertEqual([event["after"] for event in self.data("--snapshot", "only")], [{"id": 2, "a": 2}])


class Ends(Case):
    def test_head_leaves_no_slot_behind(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 200000)")
        self.publish_all()
        shell = f"set -o pipefail; walcat -d {self.database} --snapshot initial | head -1 | jq -c .after"
        done = subprocess.run(
            ["bash", "-c", shell], env=environment(), capture_output=True, text=True, check=False, timeout=30
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, '{"id":1}\n', ""))
        self.wait_until(lambda: self.sql("SELECT count(*) FROM pg_replication_slots") == "0")

    def test_closed_stdout_is_noticed_while_idle(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        process = self.popen()
        self.wait_until(lambda: self.read_slots() == 1)
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 0)
        process.stdout = None

    def test_no_ack_leaves_the_slot_where_it_was(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        self.make_slot("s")
        self.sql("INSERT INTO t SELECT generate_series(1, 1000)")
        before = self.kept_place("s")
        for options in (
            ("--slot", "s", "--no-ack", "--for", "1s"),
            (*PEEK,),
            ("--slot", "s", "--no-ack", "--limit", "5"),
        ):
            self.data(*options)
            self.assertEqual(self.kept_place("s"), before)
        self.assertEqual(len(self.data("peek", "--slot", "s")), 1000)
        self.assertEqual(len(self.data("peek", "--slot", "s", "--limit", "7")), 7)
        self.assertEqual(self.kept_place("s"), before)

    def test_ends(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        self.make_slot("s")
        self.sql("INSERT INTO t VALUES (1)")
        middle = self.sql("SELECT pg_current_wal_lsn()")
        self.sql("INSERT INTO t VALUES (2)")
        keys = [event["key"]["id"] for event in self.data("--slot", "s", "--no-ack", "--until-lsn", middle)]
        self.assertEqual(keys, [1])
        self.sql("CREATE TABLE unseen (a int); DROP PUBLICATION cdckit; CREATE PUBLICATION cdckit FOR TABLE t")
        self.make_slot("late")
        started = time.monotonic()
        self.sql("INSERT INTO unseen SELECT generate_series(1, 1000)")
        self.assertEqual(self.data("--slot", "late", "--no-ack", "--until-now"), [])  # a keepalive reaches it
        self.assertLess(time.monotonic() - started, 5)
        self.assertEqual(self.data("--for", "1s"), [])

    def test_stop_by_signal_drains(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        process = self.popen()
        self.wait_until(lambda: self.read_slots() == 1)
        self.sql("INSERT INTO t VALUES (1)")
        self.assertEqual(json.loads(process.stdout.readline())["key"], {"id": 1})
        process.terminate()
        self.assertEqual(process.wait(timeout=60), 0)


if __name__ == "__main__":
    unittest.main()
