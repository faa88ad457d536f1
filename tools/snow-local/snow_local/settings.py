"""The switches that `PUT /__local/settings` may change; README.md says what each of them does."""

from dataclasses import dataclass

MAX_BODY = 4_000_000
MAX_VALUE = 16_777_216


@dataclass
class Settings:
    """Every member is one switch; those that count are used up one by one."""

    # -- pace and form of answers
    commit_delay: float = 1.0
    commit_spread: float = 0.0
    answer_delay: float = 0.0
    open_delay: float = 0.0
    json_answers: bool = False
    hostname: str = ""
    rows_errors_name: str = "rows_error_count"
    async_after: float = 45.0
    slow_text: str = ""
    slow_seconds: float = 0.0
    partition_rows: int = 10000

    # -- limits
    scoped_token_seconds: float = 600
    requests_per_second: float = 10.0
    bytes_per_second: float = 20_000_000.0
    rate_burst: float = 2.0
    max_body: int = MAX_BODY
    too_large_status: int = 413
    max_value_bytes: int = MAX_VALUE
    max_token_length: int = 128
    table_shape: str = "fixed"

    # -- lost and cut answers, processes that die
    drop_answers: int = 0
    cut_answers: int = 0
    kill_answers: int = 0
    drop_path: str = "/rows"
    kill_before_commit: int = 0
    kill_after_commit: int = 0

    # -- refusals
    fail_count: int = 0
    fail_status: int = 503
    fail_path: str = "/rows"
    fail_code: str = "ERR_FAULT"
    retry_after: float = 1.0
    refuse_text: str = ""
    refuse_status: int = 400
    refuse_code: str = "ERR_NOBODY_KNOWS"

    # -- what a service with many machines does now and then
    status_lag: float = 0.0
    counter_lag: float = 0.0
    missing_statuses: int = 0
    misclassified_404: int = 0
    uncommitted_409: int = 0
    foreign_opens: int = 0
    failovers: int = 0
    expire_after: float = 0.0
