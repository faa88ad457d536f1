// The one table of a tool's flags: parser, --help, man page and completion all come from it.
// A tool declares its commands with flags bound to its options struct; declaring does no I/O.
#pragma once

#include "common/base/exit_code.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace cdckit::cli {

class Context;

// A value that is none, with what was probably meant.
class BadValue : public std::invalid_argument {
 public:
  BadValue(const std::string& why, std::string hint)
      : std::invalid_argument(why), hint_(std::move(hint)) {}
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  std::string hint_;
};

// One flag. `set` is for take() alone, which gets each value given (repeatable flags several).
struct Flag {
  std::string name;      // long name without dashes
  char letter = 0;       // short name, 0: none
  std::string value;     // "NAME"; empty: a switch
  std::string help;      // one or more sentences
  std::string fallback;  // default as shown, empty: none
  bool repeatable = false;
  bool optional_value = false;
  std::string group;                 // heading in help and man page; empty: "Options"
  std::vector<std::string> choices;  // not empty: nothing else is taken
  std::function<void(const std::string&)> set;

  // Throws std::invalid_argument with a reason when the value is not one.
  void take(const std::string& given) const;
};

struct Positional {
  std::string name;
  std::string help;
  bool required = false;
  bool repeatable = false;
  std::function<void(const std::string&)> set;
};

// Binds flags to variables. Every function returns the flag for further touches.
class FlagTable {
 public:
  explicit FlagTable(std::string group = "") : group_(std::move(group)) {}
  Flag& toggle(const std::string& names, bool& target, const std::string& help);
  Flag& text(const std::string& names,
             const std::string& value,
             std::string& target,
             const std::string& help);
  Flag& list(const std::string& names,
             const std::string& value,
             std::vector<std::string>& target,
             const std::string& help);
  Flag& number(const std::string& names,
               const std::string& value,
               std::int64_t& target,
               const std::string& help);
  Flag& duration(const std::string& names,
                 std::chrono::milliseconds& target,
                 const std::string& help);
  Flag& size(const std::string& names, std::uint64_t& target, const std::string& help);
  // `words` are the only values; --help, completions and the parser have them from here.
  Flag& choice(const std::string& names,
               const std::vector<std::string>& words,
               std::string& target,
               const std::string& help);
  // Words that stand for values of an enumeration, which may be an optional one.
  template <class Target>
    requires(!std::is_same_v<Target, std::string>)
  Flag& choice(const std::string& names,
               const std::vector<std::pair<std::string, std::type_identity_t<Target>>>& words,
               Target& target,
               const std::string& help) {
    std::vector<std::string> known;
    for (const auto& [word, value] : words) known.push_back(word);
    return any_of(
        names,
        known,
        [words, &target](const std::string& given) {
          for (const auto& [word, value] : words) {
            if (word == given) target = value;
          }
        },
        help);
  }
  Flag& custom(const std::string& names,
               const std::string& value,
               std::function<void(const std::string&)> set,
               const std::string& help);

  std::vector<Flag> flags;  // `names` above is "long" or "long,x" with a letter

 private:
  Flag& add(const std::string& names, Flag flag);
  Flag& any_of(const std::string& names,
               const std::vector<std::string>& words,
               std::function<void(const std::string&)> set,
               const std::string& help);
  std::string group_;
};

struct Example {
  std::string command;
  std::string text;
};

struct Command {
  std::string name;     // empty: the tool itself
  std::string summary;  // one line
  std::vector<Flag> flags;
  std::vector<Positional> positionals;
  std::function<base::ExitCode(Context&)> run;
  bool source = false;      // gets --ack (repeatable), --control
  bool sink = false;        // gets --ack, --on-error, --reject, --max-line
  bool filter = false;      // gets those of a sink but --ack: that is its neighbours'
  bool check_only = false;  // as if --check had been given
};

struct Tool {
  std::string name;
  std::string summary;
  // The first command without a name is the default; the others are subcommands.
  std::vector<Command> commands;
  std::vector<Example> examples;
  std::string libraries;  // for --version, e.g. "libpq 15.20"
  // Whose flags `check` takes where the tool declares no command of that name: it is that command
  // with --check.
  std::string check_command = {};
};

}  // namespace cdckit::cli
