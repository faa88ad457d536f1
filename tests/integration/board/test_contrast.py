#!/usr/bin/env python3
"""That what the flight board says can be read in both themes: computed from its style sheets and settings."""

import re
import sys
import tomllib
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from board_environment import BOARD, use_environment

use_environment("board")
import figures  # noqa: E402


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class Contrast(unittest.TestCase):
    """WCAG 2: 4.5 for text; the bands' colours are held to it too."""

    def setUp(self):
        self.themes = tomllib.loads((BOARD / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
        self.sheets = "".join((BOARD / name).read_text(encoding="utf-8") for name in ("style.css", "panels.css"))

    def pair(self, rule: str, name: str) -> tuple[str, str]:
        found = re.search(
            re.escape(rule) + r" \{[^}]*?[ {;]" + name + r": light-dark\((#\w{6}), (#\w{6})\)", self.sheets
        )
        self.assertIsNotNone(found, rule)
        return found.group(1, 2)

    def test_text_on_what_it_stands_on(self):
        for index, theme in enumerate(("light", "dark")):
            text, ground = self.themes[theme]["textColor"], self.themes[theme]["backgroundColor"]
            pairs = [
                (text, ground),
                (text, self.themes[theme]["secondaryBackgroundColor"]),
                (self.themes[theme]["primaryColor"], ground),
            ]
            pairs += [(self.pair(rule, "color")[index], ground) for rule in (".fb-muted", ".fb-late")]
            pairs += [
                (text, self.pair(rule, "background")[index])
                for rule in (".fb-behind", ".fb-error", ".fb-empty, .fb-loading")
            ]
            pairs.append((self.pair(".fb-aircraft text", "fill")[index], self.pair(".fb-country", "fill")[index]))
            pairs.append((self.pair(".fb-aircraft text", "fill")[index], self.pair(".fb-lake", "fill")[index]))
            for one, other in pairs:
                self.assertGreaterEqual(contrast(one, other), 4.5, (theme, one, other))

    def test_bands_on_land_and_page(self):
        for index, theme in enumerate(("light", "dark")):
            for band in figures.BANDS:
                for ground in (self.pair(".fb-country", "fill")[index], self.themes[theme]["backgroundColor"]):
                    self.assertGreaterEqual(contrast(band[2 + index], ground), 4.5, (theme, band[0]))


if __name__ == "__main__":
    unittest.main()
