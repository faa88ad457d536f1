#include "tools/snow-ddl/scripts/running_order.hpp"

#include "common/base/error.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

bool runs_before(const Script& left, const Script& right) {
  if (left.name.kind != right.name.kind) return left.name.kind < right.name.kind;
  if (left.name.kind == ScriptKind::versioned || left.name.kind == ScriptKind::undo) {
    const auto order = compare_natural(left.name.version, right.name.version);
    if (order != 0) return order < 0;
    return left.stream < right.stream;
  }
  return compare_natural(left.name.file, right.name.file) < 0;
}

// Takes scripts whose conditions are met, one after the other, in the order of their names.
class Sorter {
 public:
  explicit Sorter(std::vector<Script>& scripts) : scripts_(scripts) {
    for (const Script& script : scripts) names_.insert(script.name.file);
  }

  std::vector<Script> sort() {
    std::vector<Script> out;
    std::vector<bool> taken(scripts_.size());
    while (out.size() < scripts_.size()) {
      const std::size_t next = first_ready(taken);
      if (next == scripts_.size()) refuse_cycle(taken);
      taken[next] = true;
      done_.insert(scripts_[next].name.file);
      out.push_back(std::move(scripts_[next]));
    }
    return out;
  }

 private:
  std::size_t first_ready(const std::vector<bool>& taken) const {
    for (std::size_t i = 0; i < scripts_.size(); ++i) {
      if (!taken[i] && is_ready(scripts_[i])) return i;
    }
    return scripts_.size();
  }

  bool is_ready(const Script& script) const {
    return std::all_of(script.after.begin(), script.after.end(), [&](const std::string& name) {
      if (!names_.contains(name))
        throw base::Error(base::ErrorKind::data,
                          fmt::format("could not order scripts: \"{}\" comes after \"{}\", which "
                                      "is not there",
                                      script.path,
                                      name));
      return done_.contains(name);
    });
  }

  [[noreturn]] void refuse_cycle(const std::vector<bool>& taken) const {
    std::string list;
    for (std::size_t i = 0; i < scripts_.size(); ++i) {
      if (!taken[i]) list += (list.empty() ? "" : ", ") + scripts_[i].path;
    }
    throw base::Error(
        base::ErrorKind::data,
        fmt::format("could not order scripts: these come after each other: {}", list));
  }

  std::vector<Script>& scripts_;
  std::set<std::string> names_;
  std::set<std::string> done_;
};

}  // namespace

void put_in_order(std::vector<Script>& scripts) {
  // paths break ties, so that a message about twins is the same everywhere
  std::sort(scripts.begin(), scripts.end(), [](const Script& a, const Script& b) {
    if (runs_before(a, b) || runs_before(b, a)) return runs_before(a, b);
    return a.path < b.path;
  });
  const auto is_repeatable = [](const Script& script) {
    return script.name.kind == ScriptKind::repeatable;
  };
  const auto begin = std::find_if(scripts.begin(), scripts.end(), is_repeatable);
  const auto end = std::find_if_not(begin, scripts.end(), is_repeatable);
  std::vector<Script> repeatable(std::make_move_iterator(begin), std::make_move_iterator(end));
  std::vector<Script> sorted = Sorter(repeatable).sort();
  std::move(sorted.begin(), sorted.end(), begin);
}

}  // namespace cdckit::snow_ddl
