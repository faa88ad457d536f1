#include "common/cli/flag_table.hpp"

#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"

#include <algorithm>
#include <stdexcept>

namespace cdckit::cli {

namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& wanted) {
  throw std::invalid_argument("\"" + text + "\" is not " + wanted);
}

}  // namespace

void Flag::take(const std::string& given) const {
  // of a variable that is not set, most likely: not a file of no name, nor none
  if (given.empty() && value == "FILE" && !optional_value)
    throw std::invalid_argument("the name of the file is empty");
  const bool known =
      choices.empty() || std::find(choices.begin(), choices.end(), given) != choices.end();
  if (!known) {
    throw BadValue("\"" + given + "\" is not one of " + joined(choices),
                   near_miss_hint(given, choices));
  }
  set(given);
}

Flag& FlagTable::add(const std::string& names, Flag flag) {
  const auto comma = names.find(',');
  flag.name = names.substr(0, comma);
  if (comma != std::string::npos) flag.letter = names.at(comma + 1);
  flag.group = group_;
  flags.push_back(std::move(flag));
  return flags.back();
}

Flag& FlagTable::toggle(const std::string& names, bool& target, const std::string& help) {
  Flag flag;
  flag.help = help;
  flag.set = [&target](const std::string& value) { target = value != "false"; };
  return add(names, std::move(flag));
}

Flag& FlagTable::text(const std::string& names,
                      const std::string& value,
                      std::string& target,
                      const std::string& help) {
  Flag flag;
  flag.value = value;
  flag.help = help;
  flag.fallback = target;
  flag.set = [&target](const std::string& given) { target = given; };
  return add(names, std::move(flag));
}

Flag& FlagTable::list(const std::string& names,
                      const std::string& value,
                      std::vector<std::string>& target,
                      const std::string& help) {
  Flag flag;
  flag.value = value;
  flag.help = help;
  flag.repeatable = true;
  flag.set = [&target](const std::string& given) { target.push_back(given); };
  return add(names, std::move(flag));
}

Flag& FlagTable::number(const std::string& names,
                        const std::string& value,
                        std::int64_t& target,
                        const std::string& help) {
  Flag flag;
  flag.value = value;
  flag.help = help;
  if (target >= 0) flag.fallback = std::to_string(target);
  flag.set = [&target](const std::string& given) {
    const auto parsed = base::parse_unsigned(given);
    if (!parsed || *parsed > INT64_MAX) refuse(given, "a whole number");
    target = static_cast<std::int64_t>(*parsed);
  };
  return add(names, std::move(flag));
}

Flag& FlagTable::duration(const std::string& names,
                          std::chrono::milliseconds& target,
                          const std::string& help) {
  Flag flag;
  flag.value = "TIME";
  flag.help = help;
  if (target.count() > 0) flag.fallback = base::format_duration(target);
  flag.set = [&target](const std::string& given) {
    const auto parsed = base::parse_duration(given);
    if (!parsed) refuse(given, "a duration such as 500ms, 10s, 5m or 2h");
    target = *parsed;
  };
  return add(names, std::move(flag));
}

Flag& FlagTable::size(const std::string& names, std::uint64_t& target, const std::string& help) {
  Flag flag;
  flag.value = "SIZE";
  flag.help = help;
  if (target > 0) flag.fallback = base::format_size(target);
  flag.set = [&target](const std::string& given) {
    const auto parsed = base::parse_size(given);
    if (!parsed) refuse(given, "a size such as 64KiB or 8MiB");
    target = *parsed;
  };
  return add(names, std::move(flag));
}

Flag& FlagTable::choice(const std::string& names,
                        const std::vector<std::string>& words,
                        std::string& target,
                        const std::string& help) {
  Flag& flag = any_of(names, words, [&target](const std::string& given) { target = given; }, help);
  flag.fallback = target;
  return flag;
}

Flag& FlagTable::any_of(const std::string& names,
                        const std::vector<std::string>& words,
                        std::function<void(const std::string&)> set,
                        const std::string& help) {
  Flag flag;
  for (const std::string& word : words) flag.value += (flag.value.empty() ? "" : "|") + word;
  flag.help = help;
  flag.choices = words;
  flag.set = std::move(set);
  return add(names, std::move(flag));
}

Flag& FlagTable::custom(const std::string& names,
                        const std::string& value,
                        std::function<void(const std::string&)> set,
                        const std::string& help) {
  Flag flag;
  flag.value = value;
  flag.help = help;
  flag.set = std::move(set);
  return add(names, std::move(flag));
}

}  // namespace cdckit::cli
