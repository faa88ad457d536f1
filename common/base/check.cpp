#include "common/base/check.hpp"

#include "common/base/error.hpp"

#include <string>

namespace cdckit::base {

void broken_invariant(std::string_view what) {
  throw Error(ErrorKind::bug, "could not go on: this must hold and does not: " + std::string(what));
}

}  // namespace cdckit::base
