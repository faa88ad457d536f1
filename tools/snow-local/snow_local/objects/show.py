"""The rows of SHOW for the objects of a schema that are no tables."""

import datetime

from snow_local.engine.identifiers import physical, show_path
from snow_local.objects.scanner import unquoted
from snow_local.objects.store import StoredObject

COLUMNS = {
    "streams": "created_on name database_name schema_name owner comment table_name source_type "
    "type stale mode",
    "tasks": "created_on name database_name schema_name owner comment warehouse schedule "
    "predecessors state definition condition",
    "sequences": "created_on name database_name schema_name owner comment interval next_value "
    "ordered",
    "stages": "created_on name database_name schema_name owner comment url type",
    "file_formats": "created_on name database_name schema_name owner comment type format_options",
    "functions": "created_on name database_name schema_name owner comment arguments language",
    "procedures": "created_on name database_name schema_name owner comment arguments language",
    "tags": "created_on name database_name schema_name owner comment allowed_values",
    "masking_policies": "created_on name database_name schema_name owner comment kind",
    "row_access_policies": "created_on name database_name schema_name owner comment kind",
    "alerts": "created_on name database_name schema_name owner comment warehouse schedule state "
    "condition action",
    "dynamic_tables": "created_on name database_name schema_name owner comment target_lag "
    "refresh_mode warehouse text scheduling_state",
}
KIND_OF = {
    name: "FUNCTION"
    if name == "functions"
    else name.removesuffix("ies").upper().replace("_", " ") + "Y"
    if name.endswith("ies")
    else name.removesuffix("s").upper().replace("_", " ")
    for name in COLUMNS
}


def row(item: StoredObject, cursor) -> tuple:
    moment = datetime.datetime.fromtimestamp(item.created_ms / 1000, datetime.UTC)
    created = moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " +0000"
    name = item.name.split("(")[0] if item.kind in ("FUNCTION", "PROCEDURE") else item.name
    head = (created, name, item.database, item.schema, item.owner, item.comment or "")
    return (*head, *_TAILS[item.kind](item, item.facts, cursor))


def _stream(_, facts: dict, __) -> tuple:
    mode = "APPEND_ONLY" if facts.get("APPEND_ONLY", "").upper() == "TRUE" else "DEFAULT"
    return (show_path(*facts["source"]), facts["source_kind"].title(), "DELTA", "false", mode)


def _task(_, facts: dict, __) -> tuple:
    after = ",".join(show_path(*name) for name in facts.get("after", []))
    return (
        *(facts.get("WAREHOUSE"), unquoted(facts.get("SCHEDULE")), f"[{after}]", facts["state"]),
        *(facts["body"], facts.get("when")),
    )


def _sequence(item: StoredObject, facts: dict, cursor) -> tuple:
    last = cursor.execute(
        "SELECT last_value FROM duckdb_sequences() WHERE database_name = ? AND schema_name = ? "
        "AND sequence_name = ?",
        [physical(part) for part in item.place],
    ).fetchone()[0]
    following = facts["start"] if last is None else last + facts["increment"]
    return (facts["increment"], following, "Y" if facts.get("order") == "ORDER" else "N")


def _routine(item: StoredObject, facts: dict, _) -> tuple:
    return (f"{item.name} RETURN {facts['returns']}", facts["language"])


def _alert(_, facts: dict, __) -> tuple:
    schedule = unquoted(facts.get("SCHEDULE"))
    return (facts.get("WAREHOUSE"), schedule, facts["state"], facts["condition"], facts["body"])


def _dynamic_table(_, facts: dict, __) -> tuple:
    mode = facts.get("REFRESH_MODE", "AUTO")
    head = (unquoted(facts["TARGET_LAG"]), mode, facts["WAREHOUSE"])
    return (*head, facts["body"], facts["state"])


_TAILS = {
    "STREAM": _stream,
    "TASK": _task,
    "SEQUENCE": _sequence,
    "STAGE": lambda _, facts, __: (
        unquoted(facts.get("URL")) or "",
        "EXTERNAL" if "URL" in facts else "INTERNAL",
    ),
    "FILE FORMAT": lambda _, facts, __: (facts.get("TYPE", "CSV"), str(facts)),
    "FUNCTION": _routine,
    "PROCEDURE": _routine,
    "TAG": lambda _, facts, __: (str(facts.get("allowed", "")),),
    "MASKING POLICY": lambda *_: ("MASKING_POLICY",),
    "ROW ACCESS POLICY": lambda *_: ("ROW_ACCESS_POLICY",),
    "ALERT": _alert,
    "DYNAMIC TABLE": _dynamic_table,
}
