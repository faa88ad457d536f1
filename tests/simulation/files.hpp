// The state folder of a machine whose power can be cut: contents and names are on disk only after
// fsync; what was not synced is there afterwards, in part, or not at all, as the seed likes.
#pragma once

#include "tests/simulation/random.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::simulation {

struct Inode {
  std::string content;
  std::string synced;
  int owner = -1;  // the process that holds flock
};
using File = std::shared_ptr<Inode>;

class Files {
 public:
  [[nodiscard]] File find(const std::string& path) const {
    const auto at = names_.find(path);
    return at == names_.end() ? nullptr : at->second;
  }
  void put(const std::string& path, File file) {
    names_[path] = file;
    pending_.push_back({path, std::move(file)});
    ++changes_;
  }
  bool remove(const std::string& path) {
    if (names_.erase(path) == 0) return false;
    pending_.push_back({path, nullptr});
    ++changes_;
    return true;
  }
  void sync_folder() {
    durable_ = names_;
    pending_.clear();
  }
  void release(int process) {
    for (auto& [path, file] : names_) {
      if (file->owner == process) file->owner = -1;
    }
  }
  // Grows with every change of a name.
  [[nodiscard]] std::size_t changes() const noexcept { return changes_; }
  void power_cut(Random& random);

 private:
  struct Renamed {
    std::string path;
    File file;  // null: removed
  };
  std::map<std::string, File> names_;
  std::map<std::string, File> durable_;
  std::vector<Renamed> pending_;
  std::size_t changes_ = 0;
};

}  // namespace cdckit::simulation
