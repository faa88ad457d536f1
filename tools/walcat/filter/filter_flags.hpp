// The flags that leave out or change parts of what is printed. Declaring does no I/O: a salt's file
// or variable is read when the filters are made. Setters throw std::invalid_argument.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/walcat/encode/table.hpp"

#include <bitset>
#include <string>
#include <vector>

namespace cdckit::walcat {

using OpSet = std::bitset<6>;  // by op_index()

struct MaskRule {
  std::string columns = {};  // glob
  bool hash = false;
  std::string salt = {};  // as given: text, @FILE or $VARIABLE
};

struct KeyRule {
  std::string table = {};  // glob
  std::vector<std::string> columns = {};
};

struct FilterOptions {
  std::vector<std::string> columns = {};  // globs; empty: all
  std::vector<std::string> exclude_columns = {};
  std::vector<MaskRule> masks = {};
  std::vector<KeyRule> keys = {};
  OpSet ops = OpSet().set();

  [[nodiscard]] bool wants(char op) const { return ops.test(op_index(op)); }
  [[nodiscard]] bool touches_columns() const noexcept {
    return !columns.empty() || !exclude_columns.empty() || !masks.empty() || !keys.empty();
  }
};

OpSet parse_ops(const std::string& text);
MaskRule parse_mask(const std::string& text);
KeyRule parse_key(const std::string& text);
void add_filter_flags(std::vector<cli::Flag>& into, FilterOptions& options);

}  // namespace cdckit::walcat
