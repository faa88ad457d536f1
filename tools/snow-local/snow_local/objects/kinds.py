"""What CREATE says of each kind of object, read into facts. What is refused here would be refused
by the service too; what the service takes and we do not serve is kept and never runs by itself."""

import re

from snow_local.engine import errors, types
from snow_local.objects.scanner import Scanner, unquoted

_SESSION = {"TIMEZONE", "QUERY_TAG", "STATEMENT_TIMEOUT_IN_SECONDS", "TIMESTAMP_TYPE_MAPPING"}
PROPERTIES = {
    "STREAM": {"APPEND_ONLY", "INSERT_ONLY", "SHOW_INITIAL_ROWS", "COMMENT"},
    "TASK": {
        *("WAREHOUSE", "SCHEDULE", "CONFIG", "ALLOW_OVERLAPPING_EXECUTION", "ERROR_INTEGRATION"),
        *("USER_TASK_TIMEOUT_MS", "SUSPEND_TASK_AFTER_NUM_FAILURES", "TASK_AUTO_RETRY_ATTEMPTS"),
        *("USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE", "FINALIZE", "COMMENT", "LOG_LEVEL"),
        *("USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS", "SERVERLESS_TASK_MIN_STATEMENT_SIZE"),
        *("TARGET_COMPLETION_INTERVAL", "SERVERLESS_TASK_MAX_STATEMENT_SIZE", *_SESSION),
    },
    "PIPE": {"AUTO_INGEST", "ERROR_INTEGRATION", "AWS_SNS_TOPIC", "INTEGRATION", "COMMENT"},
    "SEQUENCE": {"COMMENT", "START", "INCREMENT"},
    "STAGE": {
        *("URL", "STORAGE_INTEGRATION", "CREDENTIALS", "ENCRYPTION", "DIRECTORY", "FILE_FORMAT"),
        *("COPY_OPTIONS", "COMMENT"),
    },
    "FILE FORMAT": {
        *("TYPE", "COMPRESSION", "DATE_FORMAT", "TIME_FORMAT", "TIMESTAMP_FORMAT", "NULL_IF"),
        *("BINARY_FORMAT", "TRIM_SPACE", "STRIP_OUTER_ARRAY", "STRIP_NULL_VALUES", "COMMENT"),
        *("FIELD_DELIMITER", "RECORD_DELIMITER", "SKIP_HEADER", "PARSE_HEADER", "ENABLE_OCTAL"),
        *("FIELD_OPTIONALLY_ENCLOSED_BY", "ESCAPE", "ESCAPE_UNENCLOSED_FIELD", "ENCODING"),
        *("ALLOW_DUPLICATE", "IGNORE_UTF8_ERRORS", "REPLACE_INVALID_CHARACTERS", "MULTI_LINE"),
        *("ERROR_ON_COLUMN_COUNT_MISMATCH", "EMPTY_FIELD_AS_NULL", "SKIP_BYTE_ORDER_MARK"),
        *("FILE_EXTENSION", "SKIP_BLANK_LINES", "BINARY_AS_TEXT", "USE_LOGICAL_TYPE"),
        "USE_VECTORIZED_SCANNER",
    },
    "ALERT": {"WAREHOUSE", "SCHEDULE", "COMMENT", "CONFIG"},
    "TAG": {"COMMENT", "PROPAGATE"},
    "MASKING POLICY": {"COMMENT", "EXEMPT_OTHER_POLICIES"},
    "ROW ACCESS POLICY": {"COMMENT"},
    "DYNAMIC TABLE": {
        *("TARGET_LAG", "WAREHOUSE", "REFRESH_MODE", "INITIALIZE", "COMMENT"),
        *("DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS", "CLUSTER_BY"),
    },
}
KINDS = (*PROPERTIES, "FUNCTION", "PROCEDURE")
_MINUTES = re.compile(r"\d+\s*(?:S|SECONDS?|M|MINUTES?|H|HOURS?)\Z", re.I)
_CRON = re.compile(r"USING\s+CRON(?:\s+\S+){5}\s+[A-Za-z_/+-]+\Z", re.I)


def read(kind: str, scanner: Scanner) -> dict:
    """The facts of one object; the scanner stands behind its name."""
    facts = _READERS[kind](scanner)
    scanner.end()
    return facts


def schedule(value: str | None) -> None:
    """SqlError for a SCHEDULE that no task could have."""
    text = unquoted(value)
    if text is not None and not _MINUTES.match(text.strip()) and not _CRON.match(text.strip()):
        raise errors.compilation(
            391601, "22023", f"invalid value [{text}] for parameter 'SCHEDULE'"
        )


def _stream(scanner: Scanner) -> dict:
    facts = scanner.properties({"COPY GRANTS"})
    scanner.need("ON")
    facts["source_kind"] = scanner.need(
        "TABLE", "VIEW", "DYNAMIC TABLE", "EXTERNAL TABLE", "STAGE", "EVENT TABLE"
    )
    facts["source"] = scanner.name()
    if scanner.take("AT", "BEFORE"):
        facts["since"] = scanner.group()
    facts |= scanner.properties(PROPERTIES["STREAM"])
    return facts


def _task(scanner: Scanner) -> dict:
    facts = {"state": "suspended"}
    while True:
        facts |= scanner.properties(PROPERTIES["TASK"])
        if scanner.take("AFTER"):
            facts["after"] = [scanner.name()]
            while scanner.sign(","):
                facts["after"].append(scanner.name())
        elif scanner.take("WHEN"):
            facts["when"] = _until_as(scanner)
        else:
            break
    schedule(facts.get("SCHEDULE"))
    if "after" in facts and "SCHEDULE" in facts:
        raise errors.compilation(91015, "22023", "a task has a schedule or predecessors, not both")
    facts["body"] = _body(scanner)
    return facts


def _alert(scanner: Scanner) -> dict:
    facts = {"state": "suspended", **scanner.properties(PROPERTIES["ALERT"])}
    schedule(facts.get("SCHEDULE"))
    scanner.need("IF")
    facts["condition"] = scanner.group()
    scanner.need("THEN")
    facts["body"] = scanner.rest.strip().rstrip(";")
    scanner.at = len(scanner.text)
    return facts


def _pipe(scanner: Scanner) -> dict:
    facts = scanner.properties(PROPERTIES["PIPE"])
    facts["body"] = _body(scanner)
    if not re.match(r"COPY\s+INTO\b", facts["body"], re.I):
        raise errors.syntax(f"unexpected '{facts['body'][:20]}': a pipe is a COPY INTO")
    facts["streaming"] = bool(re.search(r"TYPE\s*=>\s*'STREAMING'", facts["body"], re.I))
    match = re.match(r'COPY\s+INTO\s+((?:"[^"]+"|[\w$.])+)', facts["body"], re.I)
    facts["target"] = match[1]
    return facts


def _sequence(scanner: Scanner) -> dict:
    facts = {"start": 1, "increment": 1}
    while True:
        scanner.take("WITH")
        word = scanner.take("START", "INCREMENT", "ORDER", "NOORDER", "COMMENT")
        if word in ("START", "INCREMENT"):
            _ = scanner.sign("=") or scanner.take("WITH", "BY")
            scanner.sign("=")
            facts[word.lower()] = scanner.number()
        elif word == "COMMENT":
            scanner.sign("=")
            facts["COMMENT"] = scanner.value()
        elif word:
            facts["order"] = word
        else:
            return facts


def _properties(kind: str):
    def reader(scanner: Scanner) -> dict:
        return scanner.properties(PROPERTIES[kind])

    return reader


def _tag(scanner: Scanner) -> dict:
    facts = {}
    if scanner.take("ALLOWED_VALUES"):
        facts["allowed"] = [unquoted(scanner.value())]
        while scanner.sign(","):
            facts["allowed"].append(unquoted(scanner.value()))
    return facts | scanner.properties(PROPERTIES["TAG"])


def _policy(kind: str):
    def reader(scanner: Scanner) -> dict:
        scanner.need("AS")
        facts = {"signature": scanner.group()}
        scanner.need("RETURNS")
        facts["returns"] = types.parse(_type_text(scanner)).declared()
        if not scanner.sign("->"):
            raise scanner.wrong()
        facts["body"] = scanner.rest.strip()
        scanner.at = len(scanner.text)
        return facts

    return reader


_ROUTINE_WORDS = (
    *("NOT NULL", "STRICT", "VOLATILE", "IMMUTABLE", "CALLED ON NULL INPUT", "COPY GRANTS"),
    *("RETURNS NULL ON NULL INPUT", "MEMOIZABLE", "SECURE"),
)
_ROUTINE = {"COMMENT", "RUNTIME_VERSION", "HANDLER", "PACKAGES", "IMPORTS", "LOG_LEVEL"}
_RETURN_END = (
    r"(?:NOT\s+NULL|LANGUAGE|AS|EXECUTE|COMMENT|STRICT|VOLATILE|IMMUTABLE|CALLED|RUNTIME_VERSION|"
    r"HANDLER|PACKAGES|RETURNS)\b"
)


def _routine(scanner: Scanner) -> dict:
    """A function or procedure: arguments, what it returns, language and body."""
    facts = {"arguments": arguments(scanner.group()), "language": "SQL"}
    scanner.need("RETURNS")
    facts["returns"] = _until(scanner, _RETURN_END)
    while not scanner.take("AS"):
        if scanner.take("LANGUAGE"):
            facts["language"] = scanner.word()
        elif scanner.take("EXECUTE AS"):
            facts["execute_as"] = scanner.need("CALLER", "OWNER", "RESTRICTED CALLER")
        elif not scanner.take(*_ROUTINE_WORDS):
            found = scanner.properties(_ROUTINE)
            if not found:
                raise scanner.wrong()
            facts |= found
    body = scanner.rest.strip().rstrip(";")
    scanner.at = len(scanner.text)
    facts["body"] = unquoted(body) if body[:1] in "'$" else body
    return facts


def arguments(group: str) -> list[dict]:
    """`(a NUMBER, b VARCHAR DEFAULT 'x')` as names and types."""
    inner = Scanner(group[1:-1])
    found = []
    while not inner.done():
        inner.take("IN", "OUTPUT")
        name = inner.name()[0]
        kind = types.parse(_type_text(inner))
        item = {"name": name, "type": kind.declared(), "kind": kind.kind}
        if inner.take("DEFAULT"):
            item["default"] = inner.value()
        found.append(item)
        if not inner.sign(","):
            break
    inner.end()
    return found


def _type_text(scanner: Scanner) -> str:
    word = scanner.word()
    if word == "DOUBLE":
        scanner.take("PRECISION")
    if scanner.text[scanner.at : scanner.at + 1] == "(":
        word += scanner.group()
    return word


def _dynamic_table(scanner: Scanner) -> dict:
    facts = {"state": "ACTIVE", **scanner.properties(PROPERTIES["DYNAMIC TABLE"])}
    if scanner.take("CLUSTER BY"):
        facts["cluster"] = scanner.group()
        facts |= scanner.properties(PROPERTIES["DYNAMIC TABLE"])
    for name in ("TARGET_LAG", "WAREHOUSE"):
        if name not in facts:
            raise errors.compilation(2262, "22023", f"Missing option: {name}.")
    lag = unquoted(facts["TARGET_LAG"])
    if lag.upper() != "DOWNSTREAM" and not re.match(
        r"\d+\s*(second|minute|hour|day)s?\Z", lag, re.I
    ):
        raise errors.compilation(2262, "22023", f"Invalid target lag '{lag}'.")
    facts["body"] = _body(scanner)
    return facts


def _body(scanner: Scanner) -> str:
    scanner.need("AS")
    body = scanner.rest.strip().rstrip(";").strip()
    if not body:
        raise errors.syntax("unexpected end of statement")
    scanner.at = len(scanner.text)
    return body


def _until_as(scanner: Scanner) -> str:
    return _until(scanner, r"AS\b")


def _until(scanner: Scanner, pattern: str) -> str:
    """The text before a word that stands outside of parentheses and texts."""
    start, stop = scanner.at, re.compile(pattern, re.I)
    while not scanner.done():
        if scanner.text[scanner.at] == "(":
            scanner.group()
        elif stop.match(scanner.text, scanner.at):
            return scanner.text[start : scanner.at].strip()
        else:
            scanner.value()
            while scanner.sign(","):
                pass
    raise scanner.wrong()


_READERS = {
    "STREAM": _stream,
    "TASK": _task,
    "ALERT": _alert,
    "PIPE": _pipe,
    "SEQUENCE": _sequence,
    "STAGE": _properties("STAGE"),
    "FILE FORMAT": _properties("FILE FORMAT"),
    "TAG": _tag,
    "MASKING POLICY": _policy("MASKING POLICY"),
    "ROW ACCESS POLICY": _policy("ROW ACCESS POLICY"),
    "FUNCTION": _routine,
    "PROCEDURE": _routine,
    "DYNAMIC TABLE": _dynamic_table,
}
