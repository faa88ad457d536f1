"""Compares the text of `after` with what row_to_json() prints under UTC."""

import json


def raw_after(line: str) -> str:
    """The text of member `after`: what stands between it and `source`."""
    return line.split('"after":', 1)[1].split(',"source":{"version"', 1)[0]


def tokens(text: str) -> str:
    """White space between tokens is free, every other byte counts."""
    out, inside, escaped = [], False, False
    for letter in text:
        if inside:
            inside = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter in " \n\r\t":
            continue
        elif letter == '"':
            inside = True
        out.append(letter)
    return "".join(out)


def wanted_rows(case, tables: list[str]) -> dict[tuple[str, int], str]:
    """By table and id. Line breaks in a json column stand between tokens."""
    queries = [
        f"SELECT '{table} ' || id || ' ' || replace(replace(row_to_json(t)::text, E'\\r', ' '), E'\\n', ' ') FROM {table} t;"
        for table in tables
    ]
    rows = {}
    for line in case.sql("SET timezone = 'UTC';\n" + "\n".join(queries)).split("\n"):
        table, number, text = line.split(" ", 2)
        rows[table, int(number)] = text
    return rows


def compare(case, output: str, wanted: dict[tuple[str, int], str]) -> None:
    seen = {}
    for line in output.rstrip("\n").split("\n"):
        event = json.loads(line)
        seen[event["source"]["table"], event["key"]["id"]] = tokens(raw_after(line))
    case.assertEqual(len(seen), len(wanted))
    for place, text in wanted.items():
        case.assertEqual(seen[place], tokens(text), place)
