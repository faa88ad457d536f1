"""Settings and faults that tests switch on and off while the stand-in runs."""

import threading
from dataclasses import asdict, fields

from snow_local.settings import Settings


class Faults:
    """Owns the settings; counters are taken one by one under a lock."""

    def __init__(self, settings: Settings):
        self._start = asdict(settings)
        self._lock = threading.Lock()
        self.settings = settings

    def update(self, changes: dict) -> None:
        """Applies changes; ValueError for an unknown name or a wrong type."""
        known = {item.name: type(getattr(self.settings, item.name)) for item in fields(Settings)}
        found = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown setting {name}")
            kind = known[name]
            if kind is float and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if kind is int and isinstance(value, float) and value.is_integer():
                value = int(value)
            if type(value) is not kind:
                raise ValueError(f"{name} must be of type {kind.__name__}")
            found[name] = value
        with self._lock:
            for name, value in found.items():
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
