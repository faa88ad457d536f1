"""What the first visitor would wait for, done before he comes: the login and the first look.

`serve` prepares, the page takes. A data layer belongs to the page once it is taken.
"""

from __future__ import annotations

import threading
import time

import flight_data

AGAIN, AT_MOST = 1.0, 15.0  # seconds between two looks at nothing: doubled up to the second
_prepared: dict[flight_data.Place, flight_data.FlightData] = {}
_lock = threading.Lock()


def prepare(place: flight_data.Place) -> None:
    """Looks until there is something to see, or somebody has come; on a thread that ends with the process."""
    data = flight_data.FlightData(place)
    with _lock:
        _prepared[place] = data
    threading.Thread(target=_look, args=(place, data), daemon=True).start()


def take(place: flight_data.Place) -> flight_data.FlightData | None:
    with _lock:
        return _prepared.pop(place, None)


def _look(place: flight_data.Place, data: flight_data.FlightData) -> None:
    pause = AGAIN
    while _prepared.get(place) is data:
        try:
            data.look()
            return
        except (flight_data.NotThere, flight_data.Unavailable):
            time.sleep(pause)
            pause = min(2 * pause, AT_MOST)
