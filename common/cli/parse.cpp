#include "common/cli/parse.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"
#include "common/config/toml.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <sys/stat.h>

#include <CLI/CLI.hpp>

namespace cdckit::cli {

namespace {

using base::ErrorKind;

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw base::Error(ErrorKind::usage, message, std::move(hint));
}

// What CLI11 fills; deques keep addresses stable.
struct Storage {
  std::deque<std::vector<std::string>> values;
  std::deque<std::int64_t> counts;
  std::vector<CLI::Option*> options;
};

std::string cli11_names(const Flag& flag) {
  return (flag.letter != 0 ? std::string("-") + flag.letter + "," : std::string()) + "--" +
         flag.name;
}

void add_flag(CLI::App& app, const Flag& flag, Storage& storage) {
  auto& values = storage.values.emplace_back();
  auto& count = storage.counts.emplace_back(0);
  if (flag.value.empty()) {
    storage.options.push_back(app.add_flag(cli11_names(flag), count));
    return;
  }
  auto* option = app.add_option(cli11_names(flag), values);
  option->expected(flag.optional_value ? 0 : 1, 1)->allow_extra_args(false);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  storage.options.push_back(option);
}

// A switch with a value (--create=false, or in a file): true, false, or for a repeatable one how
// often.
std::int64_t switch_count(const Flag& flag, const std::string& value) {
  if (value == "true") return 1;
  if (value == "false") return 0;
  const auto count = base::parse_unsigned(value);
  if (!flag.repeatable || !count || *count > 9)
    throw std::invalid_argument("\"" + value + "\" is neither true nor false");
  return static_cast<std::int64_t>(*count);
}

void apply_switch(const Flag& flag, const std::string& value) {
  for (auto count = switch_count(flag, value); count > 0; --count) flag.take("true");
}

void apply_flag(const Flag& flag,
                const CLI::Option& option,
                const std::vector<std::string>& values) {
  const std::string where = "--" + flag.name;
  const bool is_switch = flag.value.empty();
  const auto& given = is_switch ? option.results() : values;
  if (given.size() > 1 && !flag.repeatable) {
    refuse("could not use " + where + ": it was given " + std::to_string(given.size()) + " times");
  }
  try {
    if (given.empty()) flag.take("");  // a value that may be left out
    for (const std::string& value : given) is_switch ? apply_switch(flag, value) : flag.take(value);
  } catch (const BadValue& error) {
    refuse("could not use " + where + ": " + error.what(), error.hint());
  } catch (const std::invalid_argument& error) {
    refuse("could not use " + where + ": " + error.what());
  }
}

void apply_setting(const Flag& flag, const std::vector<std::string>& values) {
  if (values.size() > 1 && !flag.repeatable) throw std::invalid_argument("it takes one value");
  for (const std::string& value : values) {
    flag.value.empty() ? apply_switch(flag, value) : flag.take(value);
  }
}

std::vector<std::string> names_of(const std::vector<Flag>& flags, const std::string& dashes) {
  std::vector<std::string> names;
  for (const Flag& flag : flags) names.push_back(dashes + flag.name);
  return names;
}

void apply_table(const config::Table& table,
                 const std::vector<Flag>& flags,
                 const std::set<std::string>& given,
                 const std::string& path) {
  for (const auto& [key, values] : table) {
    const auto flag =
        std::find_if(flags.begin(), flags.end(), [&](const Flag& f) { return f.name == key; });
    if (flag == flags.end() || key == "config") {
      throw base::Error(ErrorKind::config,
                        "could not read \"" + path + "\": unknown setting \"" + key + "\"",
                        near_miss_hint(key, names_of(flags, "")));
    }
    if (given.contains(key)) continue;
    const std::string what = "could not use \"" + key + "\" of \"" + path + "\": ";
    try {
      apply_setting(*flag, values);
    } catch (const BadValue& error) {
      throw base::Error(ErrorKind::config, what + error.what(), error.hint());
    } catch (const std::invalid_argument& error) {
      throw base::Error(ErrorKind::config, what + error.what());
    }
  }
}

// Tables are for commands. Top-level settings count for all; the command's own table goes first, so
// that what it says wins.
std::vector<std::string> apply_config(const std::string& path,
                                      const Command& command,
                                      const std::vector<Flag>& flags,
                                      std::set<std::string> given) {
  const config::Document document = config::read_toml(path);
  if (!command.name.empty()) {
    const auto own = document.find(command.name);
    if (own != document.end()) {
      apply_table(own->second, flags, given, path);
      for (const auto& [key, values] : own->second) given.insert(key);
    }
  }
  const auto top = document.find("");
  if (top != document.end()) apply_table(top->second, flags, given, path);
  std::vector<std::string> names;
  for (const auto& [name, table] : document) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

[[noreturn]] void refuse_flag(const std::string& word, const std::vector<Flag>& flags) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> names = names_of(flags, "--");
  names.insert(names.end(), {"--help", "--version"});
  refuse("unknown flag \"" + name + "\"", near_miss_hint(name, names));
}

bool is_file(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

// Somebody typed a command behind the flags, a file to read, or a word too many.
[[noreturn]] void refuse_argument(const Command& command,
                                  const std::string& word,
                                  const std::vector<std::string>& commands) {
  std::string hint;
  const std::string near = nearest(word, commands);
  if (!near.empty()) {
    hint = near == word ? "The command comes first, before the flags."
                        : "Did you mean the command " + near + "? It comes before the flags.";
  } else if (is_file(word)) {
    hint = "Lines are read from stdin: < " + word;
  } else if (command.sink) {
    hint = "Lines are read from stdin: < FILE, or a pipe.";
  }
  refuse("unexpected argument \"" + word + "\"", hint);
}

void apply_positionals(const Command& command,
                       const std::vector<std::string>& rest,
                       const std::vector<Flag>& flags,
                       const std::vector<std::string>& commands) {
  std::size_t at = 0;
  std::size_t filled = 0;  // positionals that have a value
  bool flags_are_over = false;
  for (const std::string& word : rest) {
    if (word == "--" && !flags_are_over) {
      flags_are_over = true;
      continue;
    }
    if (word.size() > 1 && word.front() == '-' && !flags_are_over) refuse_flag(word, flags);
    if (at >= command.positionals.size()) refuse_argument(command, word, commands);
    const Positional& positional = command.positionals[at];
    try {
      positional.set(word);
    } catch (const std::invalid_argument& error) {
      refuse("could not use " + positional.name + ": " + error.what());
    }
    filled = at + 1;
    if (!positional.repeatable) ++at;
  }
  for (std::size_t i = filled; i < command.positionals.size(); ++i) {
    if (command.positionals[i].required)
      refuse("the argument " + command.positionals[i].name + " is missing");
  }
}

}  // namespace

const Command& choose_command(const Tool& tool, std::vector<std::string>& arguments) {
  const Command* fallback = nullptr;
  std::vector<std::string> names;
  for (const Command& command : tool.commands) {
    if (command.name.empty()) {
      fallback = &command;
      continue;
    }
    names.push_back(command.name);
    if (!arguments.empty() && arguments.front() == command.name) {
      arguments.erase(arguments.begin());
      return command;
    }
  }
  const bool is_word = !arguments.empty() && !arguments.front().starts_with('-');
  if (is_word) names.emplace_back("help");
  const std::string near = is_word ? near_miss_hint(arguments.front(), names) : "";
  if (fallback != nullptr) {
    const bool may_be_input = is_word && near.empty() && (fallback->sink || is_file(arguments[0]));
    const bool may_be_positional =
        !fallback->positionals.empty() && (near.empty() || is_file(arguments[0]));
    if (!is_word || may_be_input || may_be_positional) return *fallback;
  }
  if (!is_word) refuse("a command is missing: one of " + joined(names));
  refuse("unknown command \"" + arguments.front() + "\"",
         near.empty() ? "It is one of " + joined(names) + "." : near);
}

Parsed parse_flags(const Command& command,
                   const std::vector<Flag>& flags,
                   std::vector<std::string> arguments,
                   const std::vector<std::string>& commands) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  Storage storage;
  Parsed parsed;
  for (const Flag& flag : flags) add_flag(app, flag, storage);
  app.add_flag("-h,--help", parsed.help);
  app.add_flag("-V,--version", parsed.version);
  app.add_option("--generate", parsed.generate);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    refuse(error.what());
  }
  if (parsed.help || parsed.version || !parsed.generate.empty()) return parsed;
  std::set<std::string> given;
  std::string config_path;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (storage.options[i]->count() == 0) continue;
    given.insert(flags[i].name);
    apply_flag(flags[i], *storage.options[i], storage.values[i]);
    if (flags[i].name == "config") config_path = storage.values[i].back();
  }
  apply_positionals(command, app.remaining(), flags, commands);
  if (!config_path.empty()) parsed.config_tables = apply_config(config_path, command, flags, given);
  return parsed;
}

}  // namespace cdckit::cli
