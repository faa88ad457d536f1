"""MERGE of a journal into its mirror, as snow-put sends it."""

import threading

from lab import Client

MERGE = """MERGE INTO {0} t USING (
  SELECT * FROM {0}_JOURNAL WHERE _CDC_POS > '{1}' AND _CDC_POS <= '{2}'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY "ID" ORDER BY _CDC_POS DESC) = 1) s
ON t."ID" = s."ID"
WHEN MATCHED AND s._CDC_OP = 'd' THEN DELETE
WHEN MATCHED THEN UPDATE SET t."N" = s."N",
  "DOC" = CASE WHEN ARRAY_CONTAINS('DOC'::VARIANT, s._CDC_UNCHANGED) THEN t."DOC" ELSE s."DOC" END
WHEN NOT MATCHED AND s._CDC_OP <> 'd' THEN
  INSERT ("ID", "N", "DOC") VALUES (s."ID", s."N", s."DOC")"""


def prepare(client, table) -> None:
    client.sql(f"CREATE TABLE {table} (id NUMBER(38,0) PRIMARY KEY, n VARCHAR(10), doc VARIANT)")
    client.sql(
        f"CREATE TABLE {table}_JOURNAL (id NUMBER(38,0), n VARCHAR(10), doc VARIANT, "
        "_CDC_POS VARCHAR, _CDC_OP VARCHAR, _CDC_UNCHANGED VARIANT)"
    )


def row(id_, pos, op, n=None, doc=None, unchanged=None) -> dict:
    return {
        "ID": str(id_),
        "_CDC_POS": pos,
        "_CDC_OP": op,
        "N": n,
        "DOC": doc,
        "_CDC_UNCHANGED": unchanged,
    }


def test_three_branches_from_a_streamed_journal(client, table):
    prepare(client, table)
    client.load(
        f"{table}_JOURNAL",
        [
            row(1, "01", "c", "a", {"k": [1]}),
            row(2, "02", "c", "b"),
            row(3, "03", "c", "c"),
            row(3, "04", "d"),
        ],
    )
    first = client.sql(MERGE.format(table, "", "04"))
    assert (first["data"], first["stats"]["numRowsInserted"]) == ([["2", "0", "0"]], 2)
    client.load(
        f"{table}_JOURNAL",
        [row(1, "05", "u", "A", None, ["DOC"]), row(2, "06", "d"), row(4, "07", "c", "d")],
    )
    second = client.sql(MERGE.format(table, "04", "07"))
    assert second["stats"] == {
        "numRowsInserted": 1,
        "numRowsUpdated": 1,
        "numRowsDeleted": 1,
        "numDuplicateRowsUpdated": 0,
    }
    assert [item["name"] for item in second["resultSetMetaData"]["rowType"]] == [
        "number of rows inserted",
        "number of rows updated",
        "number of rows deleted",
    ]
    assert client.rows(f"SELECT * FROM {table} ORDER BY id") == [
        ["1", "A", '{"k":[1]}'],
        ["4", "d", None],
    ]


def test_two_source_rows_for_one_target_row_are_refused_and_nothing_changes(client, table):
    prepare(client, table)
    client.sql(f"INSERT INTO {table} VALUES (1, 'a', NULL)")
    merge = (
        f"MERGE INTO {table} t USING (SELECT COLUMN1 AS id FROM VALUES (1), (1), (2)) s "
        "ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = 'x' "
        "WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)"
    )
    assert client.fails(merge) == ("100090", "42P18")
    assert client.rows(f"SELECT id, n FROM {table}") == [["1", "a"]]


def test_value_errors_in_a_merge_change_nothing(client, table):
    prepare(client, table)
    client.sql(f"INSERT INTO {table} VALUES (1, 'a', NULL)")
    merge = (
        f"MERGE INTO {table} t USING (SELECT 1 AS id, 'much too long a text' AS n) s "
        "ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = s.n"
    )
    assert client.fails(merge) == ("100078", "22000")
    assert client.rows(f"SELECT n FROM {table}") == [["a"]]


def test_last_value_ignoring_nulls(client, table):
    prepare(client, table)
    client.load(
        f"{table}_JOURNAL",
        [
            row(1, "01", "c", "a", {"v": 1}),
            row(1, "02", "u", "b", None, ["DOC"]),
            row(1, "03", "u", "c", {"v": 2}),
        ],
    )
    query = (
        f"SELECT n, LAST_VALUE(IFF(COALESCE(ARRAY_CONTAINS('DOC'::VARIANT, _CDC_UNCHANGED), "
        "FALSE), NULL, doc) IGNORE NULLS) OVER (PARTITION BY id ORDER BY _CDC_POS ROWS BETWEEN "
        f"UNBOUNDED PRECEDING AND CURRENT ROW) FROM {table}_JOURNAL ORDER BY _CDC_POS"
    )
    assert client.rows(query) == [["a", '{"v":1}'], ["b", '{"v":1}'], ["c", '{"v":2}']]


def test_writers_wait_for_each_other(client, server, key, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, n NUMBER)")
    client.sql(f"INSERT INTO {table} VALUES (1, 0)")
    statuses = []

    def work() -> None:
        own = Client(server, key)
        for _ in range(10):
            statuses.append(own.submit(f"UPDATE {table} SET n = n + 1").status_code)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 40
    assert client.rows(f"SELECT n FROM {table}") == [["40"]]
