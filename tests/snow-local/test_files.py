"""PUT by an official driver, COPY of what it put, LIST."""

import gzip
import json

import pytest

COLUMNS = (
    "id NUMBER(38,0), n VARCHAR(5), v VARIANT, b BINARY, at TIMESTAMP_NTZ(6), x NUMBER DEFAULT 7"
)
COPY = (
    "COPY INTO {0} FROM @%{0}{1} FILE_FORMAT = (TYPE = JSON BINARY_FORMAT = BASE64) "
    "MATCH_BY_COLUMN_NAME = CASE_SENSITIVE ON_ERROR = ABORT_STATEMENT"
)
ROWS = [
    {"ID": 1, "N": "a", "V": {"b": [1, None]}, "B": "AP9h", "AT": "2026-03-01T20:57:01.5"},
    {"ID": "2", "n": "other", "X": 3},
]


@pytest.fixture
def put(run, tmp_path, table):
    """Puts rows into the table's stage as `snow sql` does."""

    def start(rows: list, name: str = "rows.ndjson") -> None:
        file = tmp_path / name
        text = "".join(json.dumps(row) + "\n" for row in rows).encode()
        file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        run(
            *("snow", "sql", "-c", "lab", "-q"),
            f"PUT 'file://{file}' @CDC.RAW.%{table} AUTO_COMPRESS = FALSE",
        )

    return start


def listed_by(run, stage: str) -> list[dict]:
    return json.loads(run("snow", "sql", "-c", "lab", "--format", "json", "-q", f"LIST {stage}"))


def test_a_file_is_loaded_once_and_goes(client, table, put, run):
    client.sql(f"CREATE TABLE {table} ({COLUMNS})")
    put(ROWS, "rows.ndjson.gz")
    (listed,) = listed_by(run, f"@CDC.RAW.%{table}")
    assert (listed["name"], listed["size"] > 0) == ("rows.ndjson.gz", True)
    (loaded,) = client.rows(COPY.format(table, ""))
    assert loaded[:4] == ["rows.ndjson.gz", "LOADED", "2", "2"]
    # a member that is spelled otherwise is not the column's; one that is missing has its default
    assert client.rows(
        f"SELECT id, n, v:b[0], TO_VARCHAR(b, 'HEX'), x FROM {table} ORDER BY id"
    ) == [
        ["1", "a", "1", "00FF61", "7"],
        ["2", None, None, None, "3"],
    ]
    (again,) = client.rows(COPY.format(table, ""))
    assert again[1] == "LOAD_SKIPPED"
    (forced,) = client.rows(COPY.format(table, " FORCE = TRUE PURGE = TRUE"))
    assert forced[1] == "LOADED"
    assert listed_by(run, f"@%{table}") == []
    assert client.rows(f"SELECT COUNT(*) FROM {table}") == [["4"]]


def test_one_bad_row_and_nothing_of_any_file_is_loaded(client, table, put):
    client.sql(f"CREATE TABLE {table} ({COLUMNS})")
    put(ROWS, "a.ndjson")
    put([ROWS[0], {"ID": 3, "N": "too long"}], "b.ndjson")
    answer = client.submit(COPY.format(table, ""))
    assert (answer.status_code, answer.json()["code"]) == (422, "100078")
    assert "File 'b.ndjson', line 2" in answer.json()["message"]
    assert client.rows(f"SELECT COUNT(*) FROM {table}") == [["0"]]
    (loaded,) = client.rows(COPY.format(table, " FILES = ('a.ndjson')"))
    assert loaded[1] == "LOADED"


NAMED = "MATCH_BY_COLUMN_NAME = CASE_SENSITIVE"
JSON = "FILE_FORMAT = (TYPE = JSON BINARY_FORMAT = BASE64)"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (f"FILES = ('nowhere') {JSON} {NAMED}", "091016"),
        ("FILE_FORMAT = (TYPE = CSV)", "000002"),
        (f"FILE_FORMAT = (TYPE = JSON) {NAMED}", "000002"),
        (JSON, "000002"),
        (f"{JSON} {NAMED} ON_ERROR = CONTINUE", "000002"),
        ("NONSENSE = 1", "001003"),
    ],
)
def test_what_it_does_not_do_is_refused(client, table, options, code):
    client.sql(f"CREATE TABLE {table} ({COLUMNS})")
    assert client.fails(f"COPY INTO {table} FROM @%{table} {options}")[0] == code


def test_a_stage_of_its_own(client, table, run):
    text = run("snow", "sql", "-c", "lab", "-q", f"LIST @{table}_S", code=1)
    assert "002003" in text
    client.sql(f"CREATE STAGE {table}_S")
    assert listed_by(run, f"@{table}_S") == []
