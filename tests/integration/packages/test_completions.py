#!/usr/bin/env python3
"""The tab key in real shells: flags, values and commands, with the completions that `make install` installs."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

COMPLETIONS = pathlib.Path(os.environ["CDC_BUILD_DIR"]) / "completions"
# what is typed, what must be offered, what must not
CASES = (
    ("walcat --sna", "--snapshot", "--slot"),
    ("walcat --snapshot ", "initial", "--slot"),
    ("snow-ddl pl", "plan", "apply"),
    ("kcat-cdc produce --top", "--topic-prefix", "--group"),
    ("cdc-run --pa", "--pause", "--state"),
    ("cdc-run --log-format ", "json", "--pause"),
    ("cdc-top --st", "--stalled-after", "--once"),
)
BASH = """
. "$1"
line=$2
read -r -a COMP_WORDS <<<"$line"
case $line in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line}
function=$(complete -p "${COMP_WORDS[0]}" | sed -n 's/.*-F \\([^ ]*\\) .*/\\1/p')
"$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
# a shell on a terminal of its own; what compadd is given is what would be offered
ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
say() { zpty -w shell "$1" }
say "PS1= PS2= RPS1= ; unsetopt zle_bracketed_paste; fpath=(\\"$1\\" \\$fpath); autoload -Uz compinit; compinit -D -u"
say 'compadd () { local -a offered; builtin compadd -O offered "$@"; print -rl -- "OFFER "${^offered}; builtin compadd "$@"; }'
say 'bindkey "^I" complete-word; zstyle ":completion:*" list-prompt ""; LISTMAX=0; echo READ""Y'
zpty -r -m shell line '*READY*'
zpty -w -n shell "$2"$'\\t'
zpty -w shell $'\\x15echo DON""E'
zpty -r -m shell line '*DONE*'
print -r -- "$line"
"""


class TabKey(unittest.TestCase):
    def shown(self, *words: object) -> str:
        with tempfile.TemporaryDirectory() as home:
            environment = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "dumb", "LANG": "C.UTF-8"}
            done = subprocess.run(
                [str(word) for word in words],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                cwd=home,
                env=environment,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.replace("\r", "")

    def test_bash(self):
        for line, offered, other in CASES:
            file = COMPLETIONS / "bash" / line.split()[0]
            found = self.shown("bash", "-c", BASH, "tab", file, line).split()
            self.assertIn(offered, found, line)
            self.assertNotIn(other, found, line)

    def test_zsh(self):
        for line, offered, other in CASES:
            shown = self.shown("zsh", "-f", "-c", ZSH, "tab", COMPLETIONS / "zsh", line)
            found = [text.split(":")[0] for text in re.findall(r"OFFER (\S+)", shown)]
            self.assertIn(offered, found, f"{line}: {shown}")
            self.assertNotIn(other, found, line)


if __name__ == "__main__":
    unittest.main()
