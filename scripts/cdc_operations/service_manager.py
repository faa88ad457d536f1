"""The word to systemd, sd_notify(3): a datagram a message."""

from __future__ import annotations

import os
import socket
import time


class Notifier:
    """sd_notify(3); does nothing outside of systemd."""

    def __init__(self) -> None:
        self.address = os.environ.pop("NOTIFY_SOCKET", "")
        self.beat = int(os.environ.pop("WATCHDOG_USEC", "0")) / 2e6
        self.next_beat = 0.0

    def __call__(self, *lines: str) -> None:
        if not self.address:
            return
        place = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            try:
                out.sendto("\n".join(lines).encode(), place)
            except OSError:
                pass  # the pipeline is worth more than the word about it

    def alive(self) -> None:
        now = time.monotonic()
        if self.beat and now >= self.next_beat:
            self("WATCHDOG=1")
            self.next_beat = now + self.beat
