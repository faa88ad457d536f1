"""The faults that an append or another streaming call may meet, in the order of a real service.

Everything here is ordered by a switch of `settings.py`; without one nothing happens.
"""

import os
import signal

from snow_local.faults import Faults
from snow_local.streaming.channels import Append, Channel, StreamingError
from snow_local.streaming.registry import Registry


class Mishaps:
    """Owns whether the service has moved to another host; `commit` commits all that waits."""

    def __init__(self, registry: Registry, faults: Faults, commit):
        self._registry = registry
        self._faults = faults
        self._commit = commit
        self._moved = False

    def before_call(self) -> None:
        """410 for every call to the ingest host from a failover until the next hostname call."""
        if self._faults.take("failovers"):
            self.fail_over()
        self._registry.expire_idle()
        if self._moved:
            raise StreamingError(
                410, "ERR_PIPE_FAILED_OVER", "The pipe moved. Ask for the hostname again."
            )

    def fail_over(self) -> None:
        self._registry.take_over()
        self._moved = True

    def found_again(self) -> None:
        """The client asked for the hostname."""
        self._moved = False

    def before_append(self, channel: Channel, append: Append) -> None:
        """Refusals that apply nothing."""
        settings = self._faults.settings
        if self._faults.take("misclassified_404"):
            raise StreamingError(
                404,
                "ERR_CHANNEL_DOES_NOT_EXIST_OR_NOT_AUTHORIZED",
                f"The channel {channel.name} does not exist or is not authorized.",
            )
        if self._faults.take("foreign_opens"):
            self._registry.take_over(channel.name)
        if settings.refuse_text and settings.refuse_text.encode() in append.body:
            raise StreamingError(
                settings.refuse_status, settings.refuse_code, "The rows are refused."
            )
        with self._registry.lock:
            wait = channel.pace.take(len(append.body), settings)
        if wait > 0:
            raise StreamingError(
                429,
                "ERR_TOO_MANY_REQUESTS",
                "The channel's rate is exceeded.",
                max(wait, settings.retry_after),
            )

    def after_append(self) -> None:
        """The process dies with the rows applied and the answer unsent."""
        if self._faults.take("kill_before_commit"):
            os.kill(os.getpid(), signal.SIGKILL)
        if self._faults.take("kill_after_commit"):
            self._commit()
            os.kill(os.getpid(), signal.SIGKILL)
