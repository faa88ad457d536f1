#include "common/cli/completion.hpp"

#include "common/base/json_string.hpp"
#include "common/cli/run_tool.hpp"
#include "common/cli/standard_flags.hpp"

#include <algorithm>

namespace cdckit::cli {

namespace {

constexpr const char* kDefaultCommand = "-";  // stands for no command in the rows below

// One flag as the scripts have it.
struct Row {
  std::string name;
  char letter = 0;
  std::string kind;    // switch, words, file or value
  std::string values;  // joined by commas
  std::string help;    // first sentence
  std::vector<std::string> commands;
};

bool names_file(const std::string& value) {
  for (const char* word : {"FILE", "DIR"}) {
    if (value.find(word) != std::string::npos && value.find('=') == std::string::npos) return true;
  }
  return false;
}

std::string first_sentence(const std::string& help) {
  std::string out;
  for (const char c : help.substr(0, help.find_first_of(".;:"))) {
    if (std::string_view("'\"[]\\`$").find(c) == std::string_view::npos) out += c;
  }
  return out;
}

Row row_of(const Flag& flag) {
  Row row;
  row.name = flag.name;
  row.letter = flag.letter;
  row.help = first_sentence(flag.help);
  for (const std::string& word : flag.choices) row.values += (row.values.empty() ? "" : "|") + word;
  row.kind = flag.value.empty()       ? "switch"
             : !flag.choices.empty()  ? "words"
             : names_file(flag.value) ? "file"
                                      : "value";
  return row;
}

std::string command_word(const Command& command) {
  return command.name.empty() ? kDefaultCommand : command.name;
}

void add_row(std::vector<Row>& rows, Row row, const std::string& command) {
  const auto known = std::find_if(rows.begin(), rows.end(), [&](const Row& other) {
    return other.name == row.name && other.kind == row.kind && other.values == row.values &&
           other.letter == row.letter;
  });
  Row& into = known == rows.end() ? rows.emplace_back(std::move(row)) : *known;
  into.commands.push_back(command);
}

std::vector<Row> rows_of(const Tool& tool) {
  CommonOptions options;
  std::vector<Row> rows;
  for (const Command& command : tool.commands) {
    for (const Flag& flag : all_flags(command, options))
      add_row(rows, row_of(flag), command_word(command));
    add_row(rows, {"help", 'h', "switch", "", "Show help", {}}, command_word(command));
    add_row(rows, {"version", 'V', "switch", "", "Show the version", {}}, command_word(command));
  }
  return rows;
}

std::vector<std::string> command_names(const Tool& tool) {
  std::vector<std::string> names;
  for (const Command& command : tool.commands) {
    if (!command.name.empty()) names.push_back(command.name);
  }
  names.emplace_back("help");
  return names;
}

std::string spaced(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string fill(std::string text, const std::string& hole, const std::string& with) {
  for (auto at = text.find(hole); at != std::string::npos; at = text.find(hole, at + with.size()))
    text.replace(at, hole.size(), with);
  return text;
}

// flag letter commands kind values help; * where all commands have it, - for none.
std::string table_text(const Tool& tool) {
  std::string out;
  for (const Row& row : rows_of(tool)) {
    std::string commands = "*";
    if (row.commands.size() < tool.commands.size()) {
      commands.clear();
      for (const std::string& name : row.commands) commands += (commands.empty() ? "" : ",") + name;
    }
    out += "--" + row.name + ' ' +
           (row.letter != 0 ? std::string("-") + row.letter : std::string("-")) + ' ' + commands +
           ' ' + row.kind + ' ' + (row.values.empty() ? "-" : row.values) + ' ' + row.help + '\n';
  }
  return out;
}

constexpr const char* kBash = R"END(# bash completion for @TOOL@
@FUNCTION@() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=- all=
  local flag letter commands kind values help
  case " @COMMANDS@ " in
    *" ${COMP_WORDS[1]} "*) ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]} ;;
  esac
  # bash takes --flag=value for three words
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  while read -r flag letter commands kind values help; do
    [[ $commands == '*' || ,$commands, == *,$command,* ]] || continue
    if [[ $prev == "$flag" || ( $letter != - && $prev == "$letter" ) ]]; then
      case $kind in
        words) COMPREPLY=($(compgen -W "${values//|/ }" -- "$cur")) ;;
        file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
      esac
      [[ $kind == switch ]] || return 0
    fi
    all+=" $flag"
    [[ $letter == - ]] || all+=" $letter"
  done <<'END'
@TABLE@END
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$all" -- "$cur"))
  elif ((COMP_CWORD == 1)) || [[ ${COMP_WORDS[1]} == help ]]; then
    COMPREPLY=($(compgen -W '@COMMANDS@' -- "$cur"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -F @FUNCTION@ @TOOL@
)END";

constexpr const char* kZsh = R"END(#compdef @TOOL@
# zsh completion for @TOOL@
@FUNCTION@() {
  local command=- flag letter commands kind values help value name
  local -a specs names
  names=(@COMMANDS@)
  if (( CURRENT > 2 )) && (( ${names[(Ie)${words[2]}]} )); then
    command=${words[2]}
  fi
  while read -r flag letter commands kind values help; do
    [[ $commands == '*' || ,$commands, == *,$command,* ]] || continue
    case $kind in
      words) value=":value:(${values//|/ })" ;;
      file) value=":file:_files" ;;
      value) value=":value: " ;;
      *) value= ;;
    esac
    for name in $flag $letter; do
      [[ $name == - ]] || specs+=("*${name}[${help}]${value}")
    done
  done <<'END'
@TABLE@END
  if (( CURRENT == 2 )); then
    specs+=("1:command:(@COMMANDS@)")
  else
    specs+=("*:file:_files")
  fi
  _arguments $specs
}
@FUNCTION@ "$@"
)END";

std::string fish_completion(const Tool& tool) {
  const std::string names = spaced(command_names(tool));
  const std::string start = "complete -c " + tool.name;
  std::string out = start + " -f -n __fish_use_subcommand -a '" + names + "'\n";
  for (const Row& row : rows_of(tool)) {
    out += start;
    if (row.commands.size() < tool.commands.size()) {
      std::string own;
      bool at_start = false;
      for (const std::string& name : row.commands) {
        if (name == kDefaultCommand) at_start = true;
        if (name != kDefaultCommand) own += " " + name;
      }
      std::string condition;
      if (at_start) condition = "not __fish_seen_subcommand_from " + names;
      if (!own.empty())
        condition += (at_start ? "; or " : "") + ("__fish_seen_subcommand_from" + own);
      out += " -n '" + condition + "'";
    }
    out += " -l " + row.name;
    if (row.letter != 0) out += std::string(" -s ") + row.letter;
    if (row.kind == "words") out += " -x -a '" + fill(row.values, "|", " ") + "'";
    if (row.kind == "value") out += " -x";
    if (row.kind == "file") out += " -r -F";
    out += " -d '" + row.help + "'\n";
  }
  return out;
}

void append_text(std::string& out, const char* name, const std::string& text) {
  out += std::string(out.empty() ? "{\"" : ",\"") + name + "\":\"";
  base::append_json_escaped(out, text);
  out += '"';
}

}  // namespace

std::string completion(const Tool& tool, const std::string& shell) {
  if (shell == "fish") return fish_completion(tool);
  if (shell != "bash" && shell != "zsh") return "";
  std::string text = shell == "bash" ? kBash : kZsh;
  text = fill(std::move(text), "@FUNCTION@", "_" + fill(tool.name, "-", "_"));
  text = fill(std::move(text), "@COMMANDS@", spaced(command_names(tool)));
  text = fill(std::move(text), "@TOOL@", tool.name);
  return fill(std::move(text), "@TABLE@", table_text(tool));
}

std::string flag_lines(const Tool& tool) {
  CommonOptions options;
  std::string out;
  for (const Command& command : tool.commands) {
    for (const Flag& flag : all_flags(command, options)) {
      std::string line;
      append_text(line, "command", command.name);
      append_text(line, "flag", flag.name);
      append_text(line, "letter", flag.letter == 0 ? "" : std::string(1, flag.letter));
      append_text(line, "value", flag.value);
      line += std::string(",\"repeatable\":") + (flag.repeatable ? "true" : "false");
      line += ",\"choices\":[";
      for (const std::string& word : flag.choices) {
        line += &word == flag.choices.data() ? "\"" : ",\"";
        base::append_json_escaped(line, word);
        line += '"';
      }
      out += line + "]}\n";
    }
  }
  return out;
}

}  // namespace cdckit::cli
