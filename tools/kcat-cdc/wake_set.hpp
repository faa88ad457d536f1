// Several descriptors as one: readable when any of them is. For a wait that takes one descriptor to
// be interrupted by.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <initializer_list>

namespace cdckit::kcat_cdc {

class WakeSet {
 public:
  // Does not own the descriptors; negative ones are ignored. Throws io.
  explicit WakeSet(std::initializer_list<int> fds);
  [[nodiscard]] int fd() const noexcept { return epoll_.get(); }

 private:
  io::FileDescriptor epoll_;
};

}  // namespace cdckit::kcat_cdc
