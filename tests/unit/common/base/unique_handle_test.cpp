#include "common/base/unique_handle.hpp"

#include <utility>

#include <doctest/doctest.h>

namespace {

int g_released = 0;
struct Handle {
  int number;
};
void release(Handle* handle) noexcept {
  g_released += handle->number;
}

}  // namespace

TEST_CASE("a handle is released once, costs one pointer, and null is not released") {
  using Owner = cdckit::base::UniqueHandle<Handle, release>;
  static_assert(sizeof(Owner) == sizeof(Handle*));
  Handle one{1};
  Handle ten{10};
  g_released = 0;
  {
    Owner first(&one);
    const Owner second = std::move(first);
    CHECK(g_released == 0);
    Owner third(&ten);
    third.reset();
    CHECK(g_released == 10);
    const Owner none;
  }
  CHECK(g_released == 11);
}
