#!/usr/bin/env python3
"""--debezium-quirks beside the connector, value by value: every type alone, in arrays, behind domains, as a default, unchanged and left
out by a key, in every handling mode. Without quirks a value is the same in snapshot and stream."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from debezium_corners import ABSENT, SETTINGS, Corners, Place
from walcat_lab import Case, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab
FAITHFUL = ("a", "d")


class CornersOfTypes(Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.corners = Corners()
        self.sql(self.corners.setup())
        self.publish_all()

    def lines(self, *flags: str) -> dict[Place, str]:
        done = self.walcat("--encoding", "debezium", "--control", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.corners.found(done.stdout)

    def snapshot_and_stream(self, runs: dict[str, list[str]]) -> dict[str, dict[Place, str]]:
        self.sql(self.corners.rows(streamed=False))
        found = {name: self.lines("--snapshot", "only", *flags) for name, flags in runs.items()}
        self.make_slot("s")
        self.sql(self.corners.rows(streamed=True))
        for name, flags in runs.items():
            found[name] |= self.lines("--slot", "s", "--no-ack", "--until-now", *flags)
        return found

    @staticmethod
    def same(place: Place, expected: str, found: str) -> bool:
        """Schemas were printed anew: their numbers may look otherwise."""
        if place.operation == "schema" and ABSENT not in (expected, found):
            return json.loads(expected) == json.loads(found or "null")
        return expected == found

    def test_as_the_connector_or_faithful(self):
        runs = {setting: ["--debezium-quirks", *flags] for setting, flags in SETTINGS.items()}
        runs |= {setting + " faithful": SETTINGS[setting] for setting in FAITHFUL}
        found = self.snapshot_and_stream(runs)
        for setting, expected in self.corners.expected.items():
            wrong = [
                f"{' | '.join(place)}: the connector has {value[:200]}, walcat {found[setting].get(place, '')[:200]}"
                for place, value in expected.items()
                if not self.same(place, value, found[setting].get(place, ""))
            ]
            self.assertEqual(wrong, [], setting)
        for setting in FAITHFUL:
            faithful = found[setting + " faithful"]
            for place, value in faithful.items():
                if place.operation == "r" and place.kind == "value":
                    self.assertEqual(value, faithful[place._replace(operation="c")], (setting, place))


if __name__ == "__main__":
    unittest.main(verbosity=2)
