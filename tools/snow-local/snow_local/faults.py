"""Settings and faults that tests switch on and off while the stand-in runs."""

import threading
from dataclasses import asdict, dataclass, fields


@dataclass
class Settings:
    """What `PUT /__local/settings` may change; every member is one switch."""

    commit_delay: float = 1.0  # seconds between acceptance and commit
    json_answers: bool = False  # hostname and token as JSON instead of plain text
    scoped_token_seconds: float = 600  # lifetime of scoped tokens
    too_large_status: int = 413  # status for a body over the limit: 413 or 400
    drop_answers: int = 0  # so many appends are applied, then the connection is cut
    cut_answers: int = 0  # so many appends are answered with half a body
    fail_status: int = 503  # status of the burst below
    fail_count: int = 0  # so many requests fail before they are applied
    fail_path: str = "/rows"  # only requests whose path holds this text
    answer_delay: float = 0.0  # seconds before each answer
    rows_errors_name: str = "rows_error_count"  # name of the counter in bulk status
    async_after: float = 45.0  # seconds after which a statement is answered 202
    partition_rows: int = 10000  # rows per partition of a SQL API result


class Faults:
    """Owns the settings; counters are taken one by one under a lock."""

    def __init__(self, settings: Settings):
        self._start = asdict(settings)
        self._lock = threading.Lock()
        self.settings = settings

    def update(self, changes: dict) -> None:
        """Applies changes; ValueError for an unknown name or a wrong type."""
        known = {item.name: type(getattr(self.settings, item.name)) for item in fields(Settings)}
        with self._lock:
            for name, value in changes.items():
                if name not in known:
                    raise ValueError(f"unknown setting {name}")
                kind = known[name]
                if kind is float and isinstance(value, int):
                    value = float(value)
                if not isinstance(value, kind) and not (kind is int and isinstance(value, float)):
                    raise ValueError(f"{name} must be of type {kind.__name__}")
            for name, value in changes.items():
                setattr(self.settings, name, value)

    def reset(self) -> None:
        self.update(self._start)

    def take(self, name: str) -> bool:
        """Uses up one of a counted fault; False when none is left."""
        with self._lock:
            left = getattr(self.settings, name)
            if left > 0:
                setattr(self.settings, name, left - 1)
            return left > 0

    def take_failure(self, path: str) -> int | None:
        """The status with which this request must fail, or None."""
        settings = self.settings
        if settings.fail_count > 0 and settings.fail_path in path and self.take("fail_count"):
            return settings.fail_status
        return None
