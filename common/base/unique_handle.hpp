// Owns a C handle and frees it with Release; costs one pointer. The error path needs no code.
#pragma once

#include <memory>

namespace cdckit::base {

template <auto Release>
struct Releaser {
  template <class T>
  void operator()(T* handle) const noexcept {
    Release(handle);
  }
};

template <class T, auto Release>
using UniqueHandle = std::unique_ptr<T, Releaser<Release>>;

}  // namespace cdckit::base
