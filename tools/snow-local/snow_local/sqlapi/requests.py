"""What a request of the SQL API may ask for, checked before any statement runs."""

import re

REFUSED = re.compile(
    r"(?:PUT|GET|LIST|LS|REMOVE|RM|USE|SET|UNSET|BEGIN(?=\s*(?:\Z|;|TRANSACTION\b|WORK\b|NAME\b))|START\s+"
    r"TRANSACTION|COMMIT|ROLLBACK|ALTER\s+SESSION|CREATE\s+(?:OR\s+REPLACE\s+)?(?:LOCAL\s+|GLOBAL\s+)?"
    r"TEMP(?:ORARY)?)\b",
    re.I,
)
ALWAYS_REFUSED = re.compile(r"(?:PUT|GET)\b", re.I)
_PARAMETERS = {
    *("binary_output_format", "client_result_chunk_size", "date_output_format"),
    *("multi_statement_count", "query_tag", "rows_per_resultset", "time_output_format"),
    *("timestamp_output_format", "timestamp_ltz_output_format", "timestamp_ntz_output_format"),
    *("timestamp_tz_output_format", "timezone", "use_cached_result"),
}


class RequestError(Exception):
    """A request that is refused before any statement runs."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def check_parameter(name: str, value: object) -> None:
    """The SQL API knows these parameters and no others."""
    if name.lower() not in _PARAMETERS:
        raise RequestError(400, "390142", f"Unknown parameter {name}.")
    if not isinstance(value, (str, int, float)):
        raise RequestError(400, "390142", f"Parameter {name} must be a text or a number.")
    if name.lower().endswith("_output_format") and str(value).upper() != "AUTO":
        raise RequestError(
            400, "390142", f"snow-local has no {name}: format the value in the statement."
        )


def number_of(value: object, name: str) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError) as error:
        raise RequestError(400, "390142", f"{name} must be a number.") from error
