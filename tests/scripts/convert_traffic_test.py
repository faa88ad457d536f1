#!/usr/bin/env python3
"""scripts/flights/convert-traffic, and the recording that is in the tree."""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from support import FLIGHTS, RECORDING, run

sys.dont_write_bytecode = True
sys.path.insert(0, str(FLIGHTS))
from address_blocks import BLOCKS, country_of  # noqa: E402

ROW = {
    "timestamp": 1533101250000.0,
    "altitude": 34975.0,
    "callsign": "DLH8JW",
    "groundspeed": 443.4869334744,
    "icao24": "3c66a9",
    "latitude": 45.8189849854,
    "longitude": 9.2295455933,
    "track": 324.2670817753,
    "vertical_rate": 960.0,
}


class Convert(unittest.TestCase):
    def convert(self, rows, *options):
        with tempfile.NamedTemporaryFile(suffix=".json.gz") as sample:
            pathlib.Path(sample.name).write_bytes(gzip.compress(json.dumps(rows).encode()))
            done = run(FLIGHTS / "convert-traffic", sample.name, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def test_units_and_places(self):
        (line,), counts = self.convert([ROW])
        wanted = [
            "3c66a9", "DLH8JW  ", "Germany", 1533101250, 1533101250, 9.2295, 45.819, 10660.38,
            False, 228.15, 324.27, 4.88, None, None, None, False, 0,
        ]  # fmt: skip
        self.assertEqual(line, {"time": 1533101250, "states": [wanted]})
        self.assertEqual(counts, "1 ticks, 1 rows, 1 aircraft\n")

    def test_ticks_have_no_gap_and_vectors_are_in_order(self):
        rows = [
            {**ROW, "timestamp": ROW["timestamp"] + 30000},
            {**ROW, "timestamp": ROW["timestamp"] + 30000, "icao24": "000001"},
            ROW,
        ]
        lines, counts = self.convert(rows)
        self.assertEqual([line["time"] % 100 for line in lines], [50, 60, 70, 80])
        self.assertEqual([line["states"] is None for line in lines], [False, True, True, False])
        self.assertEqual([state[0] for state in lines[3]["states"]], ["000001", "3c66a9"])
        self.assertIsNone(lines[3]["states"][0][2])
        self.assertEqual(counts, "4 ticks, 3 rows, 2 aircraft\n")

    def test_what_is_not_known_is_null_and_the_ground_is_the_ground(self):
        unknown = {"altitude": None, "groundspeed": None, "track": None, "vertical_rate": None, "callsign": None}
        (line,), _ = self.convert([{**ROW, **unknown, "onground": True, "squawk": "0017"}])
        (vector,) = line["states"]
        self.assertEqual(vector[7:12], [None, True, None, None, None])
        self.assertEqual((vector[1], vector[14]), (" " * 8, "0017"))

    def test_a_tick_shows_the_newest_row_before_it(self):
        rows = [{**ROW, "timestamp": ROW["timestamp"] + 1000 * late, "track": late} for late in (3, 1, 10, 2)]
        lines, _ = self.convert(rows)
        (vector,) = lines[0]["states"]
        self.assertEqual(lines[0]["time"], 1533101260)
        self.assertEqual((vector[4], vector[10]), (1533101260, 10))

    def test_slice(self):
        rows = [{**ROW, "timestamp": ROW["timestamp"] + 10000 * step} for step in range(10)]
        lines, _ = self.convert(rows, "--from", "2018-08-01T05:27:40Z", "--until", "1533101280")
        self.assertEqual([line["time"] for line in lines], [1533101260, 1533101270])

    def test_address_blocks_ascend_without_overlap(self):
        borders = [border for block in BLOCKS for border in block[:2]]
        self.assertEqual(borders, sorted(set(borders)))
        self.assertEqual(country_of("4b0000"), "Switzerland")
        self.assertEqual(country_of("4b7fff"), "Switzerland")
        self.assertIsNone(country_of("ffffff"))


class TheRecording(unittest.TestCase):
    def test_counts_that_the_readme_states(self):
        text = subprocess.run(["zstd", "-dc", RECORDING], capture_output=True, check=True).stdout
        lines = [json.loads(line) for line in text.splitlines()]
        vectors = [vector for line in lines for vector in line["states"]]
        counts = (len(lines), len(vectors), len({vector[0] for vector in vectors}))
        self.assertEqual(counts, (1080, 33359, 312))
        self.assertEqual(max(len(line["states"]) for line in lines), 47)
        self.assertEqual([line["time"] for line in lines], list(range(1533114000, 1533124800, 10)))
        self.assertEqual({len(vector) for vector in vectors}, {17})
        readme = (RECORDING.parent / "README.md").read_text(encoding="utf-8")
        self.assertIn("1,080 ticks, 33,359 rows, 312 aircraft, at most 47", readme)

    def test_the_one_of_paris_has_nulls_squawks_and_ground(self):
        recording = RECORDING.parent / "paris-2021-10-07.ndjson.zst"
        text = subprocess.run(["zstd", "-dc", recording], capture_output=True, check=True).stdout
        lines = [json.loads(line) for line in text.splitlines()]
        vectors = [vector for line in lines for vector in line["states"] or []]
        counts = (len(lines), len(vectors), len({vector[0] for vector in vectors}))
        self.assertEqual(counts, (360, 11217, 118))
        self.assertEqual(sum(vector[8] for vector in vectors), 2058)
        self.assertEqual([sum(v[index] is None for v in vectors) for index in (7, 9, 14)], [1866, 1268, 492])


if __name__ == "__main__":
    unittest.main()
