"""Runs inside the clients' environment: the official connector logs in and runs statements.

Arguments: a JSON object with the connection's arguments and the statements. Prints one JSON line:
the connector's version and, per statement, its rows or its error number and SQLSTATE.
"""

import json
import sys
import warnings

warnings.simplefilter("ignore")

import snowflake.connector  # noqa: E402  the connector warns while it is imported


def run(cursor, item) -> dict:
    statement, values = item if isinstance(item, list) else (item, None)
    try:
        if values is not None and isinstance(values[0], list):
            cursor.executemany(statement, values)
        else:
            cursor.execute(statement, values)
        rows = [[repr(cell) for cell in row] for row in cursor.fetchall()]
        return {
            "rows": rows,
            "count": cursor.rowcount,
            "names": [item[0] for item in cursor.description],
        }
    except snowflake.connector.errors.Error as error:
        return {"errno": error.errno, "sqlstate": error.sqlstate}


def main() -> None:
    task = json.loads(sys.argv[1])
    answer = {"version": snowflake.connector.__version__, "results": []}
    try:
        with snowflake.connector.connect(**task["connect"]) as connection:
            cursor = connection.cursor()
            answer["results"] = [run(cursor, item) for item in task["statements"]]
    except snowflake.connector.errors.Error as error:
        answer["login"] = {"errno": error.errno, "sqlstate": error.sqlstate}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
