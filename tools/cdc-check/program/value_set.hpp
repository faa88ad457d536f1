// The values that a column may have: of an enum, or the lines of a file. Equal values of any
// spelling are one. Found without allocation once the buffer of the caller has grown.
#pragma once

#include "tools/cdc-check/program/key_set.hpp"
#include "tools/cdc-check/rules/node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

class ValueSet {
 public:
  // Of an enum: JSON values, told apart by kind.
  static ValueSet of_values(const std::vector<Node>& values);
  // Of a file: each line is a text, and a number where it reads as one. Throws config when the file
  // cannot be read.
  static ValueSet of_file(const std::string& path);

  [[nodiscard]] bool contains(std::string_view token, std::string& scratch) const;
  [[nodiscard]] std::size_t size() const noexcept { return canonical_.size(); }

 private:
  std::vector<std::string> spelled_;  // a few of them as JSON mostly writes them
  KeySet canonical_;
};

}  // namespace cdckit::cdc_check
