"""The limits of one channel: requests and bytes per second, with a burst of some seconds."""

import time
from dataclasses import dataclass, field

from snow_local.settings import Settings


@dataclass
class Pace:
    """A bucket for requests and one for bytes; both start full."""

    requests: float = 0.0
    octets: float = 0.0
    refused: int = 0
    filled_at: float = field(default=0.0)

    def take(self, size: int, settings: Settings) -> float:
        """Seconds to wait before this append fits; 0 when it was taken now.

        A body larger than the bucket of bytes passes once the bucket is full."""
        now = time.monotonic()
        elapsed = now - self.filled_at
        self.filled_at = now
        waits = []
        for name, rate, need in (
            ("requests", settings.requests_per_second, 1.0),
            ("octets", settings.bytes_per_second, float(size)),
        ):
            if rate <= 0:
                continue
            most = max(rate * settings.rate_burst, 1.0)
            level = min(most, getattr(self, name) + elapsed * rate)
            setattr(self, name, level)
            waits.append((name, need, max(0.0, (min(need, most) - level) / rate)))
        longest = max((wait for _, _, wait in waits), default=0.0)
        if longest > 0:
            self.refused += 1
            return longest
        for name, need, _ in waits:
            setattr(self, name, getattr(self, name) - need)
        return 0.0
