#!/usr/bin/env python3
"""The flight board in Chromium, while the flight pipeline runs, after it has ended, and when its server is gone.

The tests build on each other, in the order of their names: the pipeline runs once.
"""

import json
import subprocess
import sys
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from board_environment import use_environment
from own_lab import TOP, Lab

use_environment("browser")
from playwright.sync_api import expect, sync_playwright  # noqa: E402

POLLS = 60
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
expect.set_options(timeout=30_000)


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab("browser")
        cls.addClassCleanup(cls.lab.down)
        cls.lab.up("postgres", "kafka", "snow-local", "opensky", "board")
        cls.run_shell("psql -Xq -v ON_ERROR_STOP=1 -f scripts/flights/schema.sql")
        playwright = cls.enterClassContext(sync_playwright())
        cls.browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        cls.addClassCleanup(cls.browser.close)
        cls.asked, cls.errors = set(), []
        cls.page = cls.open_page(width=1280, height=1000)

    @classmethod
    def open_page(cls, width: int, height: int, theme: str = "light"):
        page = cls.browser.new_page(
            viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
        )
        page.on("request", lambda request: cls.asked.add(urlsplit(request.url)))
        page.on("pageerror", lambda error: cls.errors.append(str(error)))
        page.goto(cls.lab.variables["CDC_BOARD_URL"], wait_until="domcontentloaded")
        return page

    @classmethod
    def run_shell(cls, script: str) -> str:
        done = subprocess.run(
            ["bash", "-c", script], env=cls.lab.environment(), cwd=TOP, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    def sql(self, text: str) -> dict:
        return json.loads(self.run_shell(f'snow-ddl query -c lab "{text}"').splitlines()[0])

    def table(self, name: str) -> dict[str, int]:
        rows = self.page.locator(f".fb-{name} tr")
        return {row.locator("th").inner_text(): int(row.locator("td").last.inner_text()) for row in rows.all()}

    def wait_for_aircraft(self, count: int) -> None:
        expect(self.page.locator(".fb-count")).to_have_text(f"{count} aircraft")
        expect(self.page.locator(".fb-aircraft")).to_have_count(count)

    def test_1_nothing_is_there_then_it_comes_alive(self):
        expect(self.page.get_by_text("No flights yet.")).to_be_visible()
        self.run_shell("snow-ddl apply -q -c lab scripts/flights/snow >/dev/null")
        command = [TOP / "scripts/flights/pipeline", "--every", "1s", "--polls", str(POLLS)]
        pipeline = subprocess.Popen(command, env=self.lab.environment(), cwd=TOP)
        try:
            self.page.locator(".fb-aircraft").first.wait_for(timeout=60_000)
            self.page.evaluate("document.querySelectorAll('.fb-map, .fb-aircraft').forEach(e => e.sameAsBefore = true)")
            instant = self.page.locator(".fb-instant")
            # a fold is enough: the pipeline's mirror is folded every ten seconds
            expect(instant).not_to_have_text(instant.inner_text(), timeout=60_000)
            expect(self.page.get_by_text("stale", exact=True)).to_have_count(0)
            expect(self.page.locator(".fb-acks tr")).to_have_count(3)
            expect(self.page.locator(".fb-slot tr")).not_to_have_count(0)
            self.assertTrue(self.page.locator(".fb-map").first.is_visible())
            # markers are moved, not made again
            same = "[...document.querySelectorAll(SELECTOR)].filter(e => e.sameAsBefore).length"
            self.assertEqual(self.page.evaluate(same.replace("SELECTOR", "'.fb-map'")), 1)
            self.assertGreater(self.page.evaluate(same.replace("SELECTOR", "'.fb-aircraft'")), 5)
        finally:
            self.assertEqual(pipeline.wait(300), 0)

    def test_2_figures_are_those_of_the_mirror(self):
        count = int(self.sql("SELECT COUNT(*) AS N FROM CDC.RAW.LIVE_STATE")["N"])
        self.wait_for_aircraft(count)
        countries = self.table("countries")
        self.assertEqual(sum(countries.values()), count)
        (first, most), *_ = countries.items()
        self.assertEqual(
            most, int(self.sql(f"SELECT COUNT(*) AS N FROM CDC.RAW.LIVE_STATE WHERE ORIGIN_COUNTRY = '{first}'")["N"])
        )
        self.assertEqual(sum(self.table("bands").values()), count)
        updates = self.sql("SELECT COUNT(*) AS N FROM CDC.RAW.LIVE_STATE_JOURNAL WHERE _CDC_OP = 'u'")["N"]
        expect(self.page.locator('[data-kind="u"]')).to_have_text(f"{updates} updates")

    def test_3_one_aircraft_by_mouse_and_by_keys(self):
        marker = self.page.locator(".fb-aircraft").first
        marker.dispatch_event("click")
        expect(self.page.locator(".fb-track").first).to_be_attached()
        expect(self.page.locator(".fb-legs tr")).not_to_have_count(0)
        expect(marker).to_have_attribute("aria-pressed", "true")
        marker.focus()
        self.page.keyboard.press("ArrowRight")
        other = self.page.locator(".fb-aircraft").nth(1)
        expect(other).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(other).to_have_attribute("aria-pressed", "true")
        expect(self.page.locator(".fb-aircraft[aria-pressed=true]")).to_have_count(1)

    def test_4_the_slider_moves_the_picture(self):
        now = self.page.locator(".fb-instant").inner_text()
        first = int(self.run_shell("psql -XAtqc 'select aircraft_count from fetch_run order by snapshot_time limit 1'"))
        self.page.reload()
        thumb = self.page.get_by_role("slider")
        thumb.focus()
        self.page.keyboard.press("Home")
        self.wait_for_aircraft(first)
        expect(self.page.locator(".fb-instant")).to_contain_text("replay of")
        self.page.get_by_role("slider").focus()
        self.page.keyboard.press("End")
        expect(self.page.locator(".fb-instant")).to_have_text(now)

    def test_5_phone_and_dark(self):
        page = self.open_page(390, 844, "dark")
        page.locator(".fb-aircraft").first.wait_for()
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 390)
        colour = "getComputedStyle(document.querySelector('.fb-country')).fill"
        page.locator(".fb-country").first.wait_for(state="attached")
        self.assertEqual(page.evaluate(colour), "rgb(24, 38, 58)")
        self.assertEqual(self.page.evaluate(colour), "rgb(245, 247, 249)")
        page.close()

    def test_6_stale_and_error_are_told(self):
        expect(self.page.get_by_text("stale", exact=True)).to_be_visible(timeout=90_000)
        self.lab.run("kill", "snow-local")
        expect(self.page.get_by_text("Snowflake does not answer.")).to_be_visible(timeout=60_000)
        self.assertGreater(self.page.locator(".fb-aircraft").count(), 0)
        self.lab.run("start", "snow-local")
        expect(self.page.get_by_text("Snowflake does not answer.")).to_have_count(0, timeout=60_000)

    def test_7_nothing_came_from_elsewhere_and_nothing_failed(self):
        hosts = {url.hostname for url in self.asked if url.scheme not in ("data", "blob")}
        self.assertEqual(hosts, {"127.0.0.1"})
        self.assertEqual(self.errors, [])

    def test_8_the_first_picture_comes_soon(self):
        page = self.browser.new_page()
        started = time.monotonic()
        page.goto(self.lab.variables["CDC_BOARD_URL"], wait_until="domcontentloaded")
        page.locator(".fb-aircraft").first.wait_for()
        print(f"first picture after {time.monotonic() - started:.2f} s", file=sys.stderr)
        page.close()


if __name__ == "__main__":
    unittest.main()
