#include "tests/simulation/files.hpp"

namespace cdckit::simulation {

void Files::power_cut(Random& random) {
  // the journal holds the renames in their order, up to some moment
  const std::uint64_t kept = random.below(pending_.size() + 1);
  for (std::uint64_t i = 0; i < kept; ++i) {
    const Renamed& renamed = pending_[i];
    if (renamed.file == nullptr) {
      durable_.erase(renamed.path);
    } else {
      durable_[renamed.path] = renamed.file;
    }
  }
  pending_.clear();
  for (auto& [path, file] : durable_) {
    auto after = std::make_shared<Inode>();
    const std::string& whole = file->content;
    const bool safe = whole == file->synced;
    const std::uint64_t choice = safe ? 0 : random.below(4);
    if (choice == 0) after->content = file->synced;
    if (choice == 1) after->content = whole;
    if (choice == 2) after->content = whole.substr(0, random.below(whole.size() + 1));
    after->synced = after->content;  // choice 3: the name is there, the bytes are not
    file = std::move(after);
  }
  names_ = durable_;
  ++changes_;
}

}  // namespace cdckit::simulation
