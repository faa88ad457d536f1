"""--generate of cdc-run and cdc-top: the options of their manual page and what shells complete, from the one table of flags."""

from __future__ import annotations

import argparse

BASH = """# bash completion for @TOOL@
@FUNCTION@() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  # bash takes --flag=value for three words
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  case $prev in
@VALUES@  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '@FLAGS@' -- "$cur"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -F @FUNCTION@ @TOOL@
"""
ZSH = """#compdef @TOOL@
# zsh completion for @TOOL@
_arguments @SPECS@ '*:file:_files'
"""


def flags_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.option_strings and action.help != argparse.SUPPRESS]


def takes_value(action: argparse.Action) -> bool:
    return action.nargs != 0


def sentence(action: argparse.Action) -> str:
    """The first one of its help, without what a shell would take for its own."""
    text = action.help.partition(". ")[0].partition(": ")[0].rstrip(".")
    return "".join(letter for letter in text if letter not in "'\"[]\\`$:")


def is_folder(action: argparse.Action) -> bool:
    return action.metavar == "DIR"


def bash(parser: argparse.ArgumentParser) -> str:
    values = ""
    for action in filter(takes_value, flags_of(parser)):
        words = f"-W '{' '.join(action.choices)}'" if action.choices else "-d" if is_folder(action) else ""
        offer = f'COMPREPLY=($(compgen {words} -- "$cur")); ' if words else ""
        values += f"    {'|'.join(action.option_strings)}) {offer}return 0 ;;\n"
    flags = " ".join(name for action in flags_of(parser) for name in action.option_strings)
    return BASH.replace("@VALUES@", values).replace("@FLAGS@", flags)


def zsh(parser: argparse.ArgumentParser) -> str:
    specs = []
    for action in flags_of(parser):
        value = ""
        if takes_value(action):
            offer = f"({' '.join(action.choices)})" if action.choices else "_files -/" if is_folder(action) else " "
            value = f":value:{offer}"
        specs += [f"'{name}[{sentence(action)}]{value}'" for name in action.option_strings]
    return ZSH.replace("@SPECS@", " ".join(specs))


def fish(parser: argparse.ArgumentParser) -> str:
    lines = ""
    for action in flags_of(parser):
        names = ""
        for name in action.option_strings:
            names += f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
        value = ""
        if takes_value(action):
            offer = " ".join(action.choices or ())
            value = (
                f" -x -a '{offer}'"
                if offer
                else " -x -a '(__fish_complete_directories)'"
                if is_folder(action)
                else " -x"
            )
        lines += f"complete -c @TOOL@{names}{value} -d '{sentence(action)}'\n"
    return lines


def man_options(parser: argparse.ArgumentParser) -> str:
    text = ""
    for action in flags_of(parser):
        names = ", ".join(f"**{name.replace('--', chr(92) + '--')}**" for name in action.option_strings)
        takes = action.metavar or (chr(92) + "|").join(action.choices or ())
        text += (f"{names} *{takes}*" if takes else names) + "\n"
        text += f":   {action.help.replace('$', chr(92) + '$')}\n\n"
    return text


TEXTS = {"man-options": man_options, "complete-bash": bash, "complete-zsh": zsh, "complete-fish": fish}


def texts_of(parser: argparse.ArgumentParser, what: str) -> str:
    function = "_" + parser.prog.replace("-", "_")
    return TEXTS[what](parser).replace("@FUNCTION@", function).replace("@TOOL@", parser.prog)
