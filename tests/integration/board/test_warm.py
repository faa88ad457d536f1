#!/usr/bin/env python3
"""What the board's server does before the first visitor comes; no server is asked."""

import sys
import threading
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from board_environment import use_environment

use_environment("board")
import flight_data  # noqa: E402
import warm  # noqa: E402


class Data:
    """Has nothing to show at its first looks."""

    def __init__(self, empty_looks: int):
        self.empty_looks, self.looks = empty_looks, 0
        self.looked = threading.Event()

    def look(self):
        self.looks += 1
        if self.looks <= self.empty_looks:
            raise flight_data.NotThere("no table")
        self.looked.set()


class Warm(unittest.TestCase):
    place = flight_data.Place(schema="ELSEWHERE")

    def prepared(self, data: Data) -> None:
        self.enterContext(mock.patch.object(flight_data, "FlightData", lambda place: data))
        self.enterContext(mock.patch.object(warm, "AGAIN", 0.01))
        warm.prepare(self.place)

    def test_it_looks_until_there_is_something_and_the_first_visitor_takes_it(self):
        data = Data(empty_looks=3)
        self.prepared(data)
        self.assertTrue(data.looked.wait(30))
        self.assertEqual(data.looks, 4)
        self.assertIs(warm.take(flight_data.Place(schema="ELSEWHERE")), data)
        self.assertIsNone(warm.take(self.place))
        self.assertIsNone(warm.take(flight_data.Place()))

    def test_who_has_come_is_not_looked_for_any_more(self):
        data = Data(empty_looks=10**9)
        self.prepared(data)
        self.assertIs(warm.take(self.place), data)
        threads = [one for one in threading.enumerate() if one.daemon and one.name.endswith("(_look)")]
        for thread in threads:
            thread.join(30)
            self.assertFalse(thread.is_alive())


if __name__ == "__main__":
    unittest.main()
