#include "common/cli/help.hpp"

#include "common/cli/run_tool.hpp"
#include "common/cli/standard_flags.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace cdckit::cli {

namespace {

constexpr std::size_t kHelpColumn = 30;
constexpr std::size_t kWidth = 80;

std::string flag_spelling(const Flag& flag) {
  std::string out = flag.letter != 0 ? std::string("-") + flag.letter + ", " : "    ";
  out += "--" + flag.name;
  if (!flag.value.empty()) out += flag.optional_value ? "[=" + flag.value + "]" : " " + flag.value;
  return out;
}

std::string help_with_default(const Flag& flag) {
  std::string out = flag.help;
  if (flag.repeatable && !flag.value.empty()) out += " Repeatable.";
  if (!flag.fallback.empty()) out += " Default: " + flag.fallback + ".";
  return out;
}

void append_wrapped(std::string& out, const std::string& text, std::size_t indent) {
  std::size_t column = indent;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t space = std::min(text.find(' ', at), text.size());
    const std::size_t length = space - at;
    if (column > indent && column + 1 + length > kWidth) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out.append(text, at, length);
    column += length;
    at = space + 1;
  }
  out += '\n';
}

void append_entry(std::string& out, const std::string& left, const std::string& right) {
  std::string line = "  " + left;
  if (line.size() + 2 > kHelpColumn) {
    out += line + '\n';
    line.clear();
  }
  line.resize(kHelpColumn, ' ');
  out += line;
  append_wrapped(out, right, kHelpColumn);
}

std::string usage_line(const Tool& tool, const Command& command) {
  std::string out = tool.name + (command.name.empty() ? "" : " " + command.name) + " [OPTIONS]";
  for (const Positional& positional : command.positionals) {
    const std::string name = positional.name + (positional.repeatable ? "..." : "");
    out += positional.required ? " " + name : " [" + name + "]";
  }
  return out;
}

// Groups in the order in which they first appear, each under one heading.
void append_flags(std::string& out, const std::vector<Flag>& flags) {
  std::vector<std::string> groups;
  for (const Flag& flag : flags) {
    if (std::find(groups.begin(), groups.end(), flag.group) == groups.end())
      groups.push_back(flag.group);
  }
  for (const std::string& group : groups) {
    out += '\n' + (group.empty() ? "Options" : group) + ":\n";
    for (const Flag& flag : flags) {
      if (flag.group == group) append_entry(out, flag_spelling(flag), help_with_default(flag));
    }
  }
  append_entry(out, "-h, --help", "Show this text.");
  append_entry(out, "-V, --version", "Show the version.");
}

void append_examples(std::string& out, const Tool& tool) {
  if (tool.examples.empty()) return;
  out += "\nExamples:\n";
  for (const Example& example : tool.examples)
    out += "  " + example.text + "\n    " + example.command + '\n';
}

void append_commands(std::string& out, const Tool& tool) {
  bool any = false;
  for (const Command& command : tool.commands) {
    if (command.name.empty()) continue;
    if (!any) out += "\nCommands:\n";
    any = true;
    append_entry(out, command.name, command.summary);
  }
}

// pandoc reads these as markup; "..." and quotes only with smart, which is off
std::string markdown(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("*_[]<>\\`|~^$@&").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void append_man_flag(std::string& out, const Flag& flag) {
  if (flag.letter != 0) out += std::string("**-") + flag.letter + "**, ";
  out += "**\\--" + flag.name + "**";
  if (!flag.value.empty())
    out += flag.optional_value ? "[=*" + markdown(flag.value) + "*]"
                               : " *" + markdown(flag.value) + "*";
  out += "\n:   " + markdown(help_with_default(flag)) + "\n\n";
}

// The flags that commands share, each once. Where one means another thing to a command that comes
// later (--ack to a source and to a sink of one tool), both are told, with the commands' names.
std::vector<Flag> shared_flags_of(const Tool& tool) {
  CommonOptions options;
  std::vector<Flag> out;
  std::map<std::string, std::string> first;  // the command that a flag's text is from
  for (const Command& command : tool.commands) {
    for (Flag& flag : all_flags(command, options)) {
      if (flag.group != "Delivery" && flag.group != "General") continue;
      const auto known =
          std::find_if(out.begin(), out.end(), [&](const Flag& f) { return f.name == flag.name; });
      if (known == out.end()) {
        first[flag.name] = command.name;
        out.push_back(std::move(flag));
      } else if (known->help.find(flag.help) == std::string::npos && !command.name.empty()) {
        std::string& owner = first[flag.name];
        if (!owner.empty()) known->help = owner + ": " + known->help;
        owner.clear();  // once
        known->help += " " + command.name + ": " + flag.help;
      }
    }
  }
  return out;
}

}  // namespace

std::string help_text(const Tool& tool, const Command& command, const std::vector<Flag>& flags) {
  std::string out =
      tool.name + " - " + (command.name.empty() ? tool.summary : command.summary) + "\n\n";
  out += "Usage: " + usage_line(tool, command) + '\n';
  if (command.name.empty()) append_commands(out, tool);
  if (!command.positionals.empty()) {
    out += "\nArguments:\n";
    for (const Positional& positional : command.positionals)
      append_entry(out, positional.name, positional.help);
  }
  append_flags(out, flags);
  append_examples(out, tool);
  out += "\nManual: man " + tool.name + '\n';
  return out;
}

std::string overview_text(const Tool& tool) {
  std::string out =
      tool.name + " - " + tool.summary + "\n\nUsage: " + tool.name + " COMMAND [OPTIONS]\n";
  append_commands(out, tool);
  append_examples(out, tool);
  out += "\nFlags of a command: " + tool.name + " COMMAND --help. Manual: man " + tool.name + '\n';
  return out;
}

std::string version_text(const Tool& tool) {
  return tool.name + " " CDCKIT_VERSION "\n" +
         (tool.libraries.empty() ? "" : tool.libraries + '\n');
}

std::string man_options(const Tool& tool) {
  std::string out;
  std::set<std::string> described;
  for (const Command& command : tool.commands) {
    if (!command.name.empty())
      out += "## " + tool.name + " " + command.name + "\n\n" + markdown(command.summary) + "\n\n";
    for (const Positional& positional : command.positionals) {
      out += "*" + markdown(positional.name) + "*\n:   " + markdown(positional.help) + "\n\n";
    }
    std::string known;
    for (const Flag& flag : command.flags) {
      if (described.insert(flag.name + '\n' + flag.value + '\n' + help_with_default(flag)).second) {
        append_man_flag(out, flag);
      } else {
        known += (known.empty() ? "**\\--" : ", **\\--") + flag.name + "**";
      }
    }
    if (!known.empty()) out += "As above: " + known + ".\n\n";
  }
  out += "## Shared options\n\n";
  for (const Flag& flag : shared_flags_of(tool)) append_man_flag(out, flag);
  return out +
         "**-h**, **\\--help**\n:   Show help.\n\n**-V**, **\\--version**\n:   Show the version.\n";
}

}  // namespace cdckit::cli
