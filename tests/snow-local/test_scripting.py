"""Blocks, procedures and EXECUTE IMMEDIATE."""

import pytest


@pytest.fixture
def target(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, n VARCHAR)")
    return table


@pytest.mark.parametrize(
    "block, answer",
    [
        ("BEGIN RETURN 1 + 2; END", "3"),
        ("DECLARE a INT DEFAULT 2; b VARCHAR := 'x'; BEGIN RETURN b || a; END", "x2"),
        (
            "BEGIN LET a := 1; IF (a = 2) THEN RETURN 'two'; ELSEIF (a = 1) THEN RETURN 'one'; "
            "ELSE RETURN 'none'; END IF; END",
            "one",
        ),
        ("BEGIN LET s INT := 0; FOR i IN 1 TO 4 DO s := s + i; END FOR; RETURN s; END", "10"),
        ("BEGIN LET s INT := 0; WHILE (s < 5) DO s := s + 2; END WHILE; RETURN s; END", "6"),
        ("BEGIN LET s INT := 0; REPEAT s := s + 1; UNTIL (s >= 3) END REPEAT; RETURN s; END", "3"),
        (
            "BEGIN LET s INT := 0; LOOP s := s + 1; IF (s > 6) THEN BREAK; END IF; END LOOP; "
            "RETURN s; END",
            "7",
        ),
        (
            "BEGIN LET a INT := 2; CASE (a) WHEN 1 THEN RETURN 'x'; WHEN 2 THEN RETURN 'y'; END; "
            "END",
            "y",
        ),
        ("BEGIN LET a := 1; BEGIN LET a := 5; END; RETURN a; END", "1"),
        (
            "DECLARE e EXCEPTION (-20002, 'mine'); BEGIN RAISE e; EXCEPTION WHEN e THEN "
            "RETURN SQLCODE || SQLERRM; END",
            "-20002mine",
        ),
        ("BEGIN SELECT 1/0; EXCEPTION WHEN OTHER THEN RETURN SQLSTATE; END", "22012"),
        (
            "BEGIN LET r RESULTSET := (SELECT 1 AS a UNION ALL SELECT 2); LET s INT := 0; "
            "FOR x IN r DO s := s + x.a; END FOR; RETURN s; END",
            "3",
        ),
        (
            "DECLARE c CURSOR FOR SELECT 5 AS a; v INT; BEGIN OPEN c; FETCH c INTO v; CLOSE c; "
            "RETURN v; END",
            "5",
        ),
        ("BEGIN LET a INT; SELECT 7 INTO :a; RETURN CASE WHEN a = 7 THEN 'ok' END; END", "ok"),
        ("BEGIN RETURN 'no; end'; END;", "no; end"),
        ("BEGIN NULL; END", None),
    ],
)
def test_blocks(client, block, answer):
    assert client.rows(block) == [[answer]]


def test_statements_in_blocks_change_tables(client, target):
    client.sql(
        f"BEGIN FOR i IN 1 TO 3 DO INSERT INTO {target} VALUES (:i, 'n' || :i); END FOR; "
        f"LET who VARCHAR := 'n2'; DELETE FROM {target} WHERE n = :who; "
        f"EXECUTE IMMEDIATE 'UPDATE {target} SET n = ? WHERE id = 3' USING (who); END"
    )
    assert client.rows(f"SELECT * FROM {target} ORDER BY id") == [["1", "n1"], ["3", "n2"]]
    counted = client.rows(f"BEGIN UPDATE {target} SET n = 'z'; RETURN SQLROWCOUNT; END")
    assert counted == [["2"]]


def test_a_block_answers_a_table(client, target):
    client.sql(f"INSERT INTO {target} VALUES (1, 'a')")
    block = f"DECLARE r RESULTSET DEFAULT (SELECT n, id FROM {target}); BEGIN RETURN TABLE(r); END"
    assert client.rows(block) == [["a", "1"]]


def test_what_fails_in_a_block_ends_it(client, target):
    block = f"BEGIN INSERT INTO {target} VALUES (1, 'a'); SELECT nope; END"
    answer = client.submit(block)
    assert (answer.json()["code"], answer.json()["sqlState"]) == ("100132", "P0000")
    assert "STATEMENT_ERROR" in answer.json()["message"]
    assert client.rows(f"SELECT COUNT(*) FROM {target}") == [["1"]]
    assert client.fails("BEGIN LET a := 1 RETURN a; END")[0] == "001003"
    assert client.fails("BEGIN RETURN nope; END")[0] == "100132"


def test_execute_immediate(client, target):
    assert client.rows("EXECUTE IMMEDIATE 'SELECT 5'") == [["5"]]
    assert client.rows("EXECUTE IMMEDIATE $$ BEGIN RETURN 'a;b'; END; $$") == [["a;b"]]
    many = {"parameters": {"multi_statement_count": "2"}}
    answer = client.sql("EXECUTE IMMEDIATE $$ BEGIN RETURN 1; END; $$; SELECT 2", **many)
    assert client.get(answer["statementHandles"][0]).json()["data"] == [["1"]]
    assert client.fails("EXECUTE IMMEDIATE FROM @s/x.sql")[0] == "000002"


def test_procedures(client, target):
    client.sql(
        f"CREATE PROCEDURE {target}_p(a NUMBER, b VARCHAR DEFAULT 'x') RETURNS VARCHAR "
        f"LANGUAGE SQL EXECUTE AS CALLER AS $$ BEGIN INSERT INTO {target} VALUES (:a, :b); "
        "RETURN b || a; END $$"
    )
    assert client.rows(f"CALL {target}_p(1)") == [["x1"]]
    assert client.rows(f"CALL {target}_p(2, 'it''s')") == [["it's2"]]
    assert client.rows(f"SELECT n FROM {target} ORDER BY id") == [["x"], ["it's"]]
    assert client.rows(f"SHOW PROCEDURES LIKE '{target}_P'")[0][7] == "SQL"
    client.sql(
        f"CREATE PROCEDURE {target}_q() RETURNS INT AS DECLARE v INT; BEGIN v := 1; RETURN v; END"
    )
    assert client.rows(f"CALL {target}_q()") == [["1"]]
    client.sql(f"DROP PROCEDURE {target}_p(NUMBER, VARCHAR)")
    assert client.fails(f"CALL {target}_p(1)")[0] == "002140"
    client.sql(f"CREATE PROCEDURE {target}_j() RETURNS VARCHAR LANGUAGE JAVASCRIPT AS 'return 1;'")
    assert client.fails(f"CALL {target}_j()")[0] == "000002"
