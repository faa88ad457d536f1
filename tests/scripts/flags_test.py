#!/usr/bin/env python3
"""What the flag tables promise, asked of the built tools themselves: choices, completions, commands alike."""

import json
import os
import pathlib
import tempfile
import unittest

from support import run

TOOLS = ("opensky-fetch", "pg-load", "walcat", "kcat-cdc", "snow-put", "snow-ddl", "cdc-check")
FAKE = "no-such-word"
# what a command cannot do without
NEEDED = {
    "walcat snapshot": ["t"],
    **{
        f"snow-ddl {name}": ["."]
        for name in (
            "plan",
            "apply",
            "status",
            "verify",
            "repair",
            "baseline",
            "undo",
            "drift",
            "preview",
            "pull",
            "lint",
            "render",
            "query",
        )
    },
}


def flags_of(tool: str) -> list[dict]:
    done = run(tool, "--generate", "flags")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def misspelt(word: str) -> str:
    """Two neighbours change places; the shortest words lose a letter."""
    for at in range(len(word) - 1):
        if word[at] != word[at + 1] and len(word) > 3:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:-1]


class Choices(unittest.TestCase):
    def each(self) -> list[tuple[list[str], dict]]:
        """Every flag with choices, behind the command that has it."""
        found = [(tool, flag) for tool in TOOLS for flag in flags_of(tool) if flag["choices"]]
        self.assertEqual({tool for tool, _ in found}, set(TOOLS))
        return [([tool, *filter(None, [flag["command"]])], flag) for tool, flag in found]

    def test_an_unknown_word_is_refused_with_all_that_would_do(self):
        for command, flag in self.each():
            name, words = flag["flag"], flag["choices"]
            with self.subTest(command=command, flag=name):
                done = run(*command, f"--{name}", FAKE)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                line = f'could not use --{name}: "{FAKE}" is not one of {", ".join(words)}\n'
                self.assertIn(line, done.stderr)

    def test_a_near_miss_is_told(self):
        for command, flag in self.each():
            typed = [word for word in map(misspelt, flag["choices"]) if len(word) > 3][:1]
            for word in set(typed) - set(flag["choices"]):
                with self.subTest(command=command, flag=flag["flag"], word=word):
                    done = run(*command, f"--{flag['flag']}={word}")
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn("hint: Did you mean ", done.stderr)

    def test_a_file_of_settings_is_as_strict(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "settings.toml")
            for command, flag in self.each():
                with self.subTest(command=command, flag=flag["flag"]):
                    path.write_text(f'{flag["flag"]} = "{FAKE}"\n', encoding="utf-8")
                    done = run(*command, "--config", path, *NEEDED.get(" ".join(command), []))
                    self.assertEqual(done.returncode, 78, done.stderr)
                    self.assertIn(f"is not one of {', '.join(flag['choices'])}", done.stderr)


class Commands(unittest.TestCase):
    def test_check_is_a_command_of_every_tool(self):
        for tool in TOOLS:
            names = {flag["command"] for flag in flags_of(tool)}
            self.assertIn("check", names, tool)
            done = run(tool, "check", "--help")
            self.assertEqual(done.returncode, 0, tool)
            self.assertTrue(done.stdout.startswith(f"{tool} - "), tool)

    def test_help_as_a_word_and_near_misses(self):
        for tool in TOOLS:
            self.assertEqual(run(tool, "help").stdout, run(tool, "--help").stdout)
            for name in {flag["command"] for flag in flags_of(tool)} - {""}:
                self.assertEqual(run(tool, "help", name).stdout, run(tool, name, "--help").stdout)
                if len(name) > 4:
                    done = run(tool, misspelt(name))
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn("hint: Did you mean ", done.stderr, (tool, misspelt(name)))

    def test_messages_about_flags_are_json_when_asked(self):
        for tool in TOOLS:
            done = run(tool, "check", "--no-such-flag", "--log-format", "json")
            self.assertEqual(done.returncode, 2)
            (record,) = [json.loads(line) for line in done.stderr.splitlines()]
            self.assertEqual((record["level"], record["tool"]), ("error", tool))
            self.assertIn("--no-such-flag", record["message"])
            self.assertIn(f"{tool} --help", record["hint"])


class Completions(unittest.TestCase):
    def offered(self, tool: str, *words: str) -> list[str]:
        """What bash offers for the last word."""
        script = run(tool, "--generate", "complete-bash").stdout
        function = "_" + tool.replace("-", "_")
        quoted = " ".join(f"'{word}'" for word in words)
        ask = f'COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; {function}; printf "%s\\n" "${{COMPREPLY[@]}}"'
        with tempfile.TemporaryDirectory() as folder:
            done = run("bash", "-c", script + ask, cwd=folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash_knows_commands_their_flags_and_values(self):
        for tool in TOOLS:
            flags = flags_of(tool)
            commands = {flag["command"] for flag in flags} - {""}
            self.assertEqual(set(self.offered(tool, tool, "")), commands | {"help"})
            for command in {flag["command"] for flag in flags}:
                before = [tool, command] if command else [tool]
                own = [flag for flag in flags if flag["command"] == command]
                shown = self.offered(tool, *before, "-")
                wanted = [f"--{flag['flag']}" for flag in own] + ["--help", "--version"]
                self.assertEqual(sorted(word for word in shown if word.startswith("--")), sorted(wanted))
                self.assertEqual(len(shown), len(set(shown)), "each once")
                self.assertIn("-h", shown)
                for flag in own:
                    if flag["choices"]:
                        values = self.offered(tool, *before, f"--{flag['flag']}", "")
                        self.assertEqual(values, flag["choices"], flag)
                        behind = self.offered(tool, *before, f"--{flag['flag']}", "=", flag["choices"][0])
                        self.assertIn(flag["choices"][0], behind)

    def test_a_flag_that_takes_a_file_offers_files(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "walcat.toml").touch()
            script = run("walcat", "--generate", "complete-bash").stdout
            ask = 'COMP_WORDS=(walcat --config wal); COMP_CWORD=2; _walcat; echo "${COMPREPLY[@]}"'
            self.assertEqual(run("bash", "-c", script + ask, cwd=folder).stdout.strip(), "walcat.toml")

    def test_every_shell_has_each_flag_once_for_a_kind_of_value(self):
        for tool in TOOLS:
            flags = flags_of(tool)
            for name in {flag["flag"] for flag in flags}:
                kinds = {
                    (flag["letter"], flag["value"] == "", *flag["choices"]) for flag in flags if flag["flag"] == name
                }
                for shell, start in (("bash", f"--{name} "), ("zsh", f"--{name} ")):
                    lines = run(tool, "--generate", f"complete-{shell}").stdout.splitlines()
                    self.assertLessEqual(sum(line.startswith(start) for line in lines), len(kinds) + 1, name)
                fish = run(tool, "--generate", "complete-fish").stdout.split("\n")
                found = sum(f" -l {name} " in line + " " for line in fish)
                self.assertTrue(1 <= found <= len(kinds) + 1, name)

    def test_the_scripts_are_sound(self):
        for tool in TOOLS:
            for shell in ("bash", "zsh", "fish"):
                text = run(tool, "--generate", f"complete-{shell}").stdout
                self.assertEqual(run(shell, "-n", input=text).stderr, "")

    def test_fish_offers_values_and_the_flags_of_a_command(self):
        script = run("walcat", "--generate", "complete-fish").stdout
        with tempfile.TemporaryDirectory() as home:

            def offered(line: str) -> list[str]:
                done = run("fish", "-c", f"{script}\ncomplete -C '{line}'", env=os.environ | {"HOME": home}, cwd=home)
                return [word.split("\t")[0] for word in done.stdout.splitlines()]

            self.assertEqual(offered("walcat --snapshot n"), ["never"])
            self.assertEqual(offered("walcat drop --if"), ["--if-exists"])
            self.assertEqual(offered("walcat peek --ack"), [])
            self.assertEqual(offered("walcat stat"), ["status"])


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main()
