// What is wrong with a rule file, all of it: each finding is kept until the whole file was looked
// at. One thread.
#pragma once

#include "common/base/error.hpp"

#include <vector>

namespace cdckit::cdc_check {

class Findings {
 public:
  // Keeps what `work` throws as config; what else it throws goes on. Whether nothing was thrown.
  template <class Work>
  bool collect(const Work& work) {
    try {
      work();
      return true;
    } catch (const base::Error& error) {
      keep(error);
      return false;
    }
  }
  [[nodiscard]] bool empty() const noexcept { return errors_.empty(); }
  [[nodiscard]] const std::vector<base::Error>& errors() const noexcept { return errors_; }
  // Throws the last one, when there is one, and logs those before it.
  void finish() const;

 private:
  // Called in a handler.
  void keep(const base::Error& error);

  std::vector<base::Error> errors_;
};

}  // namespace cdckit::cdc_check
