// The addresses of a host's name, in the order in which they should be tried. The system's resolver
// blocks and cannot be ended: it works in a thread of its own that is left to itself when the
// caller gives up. Throws temporary when there is no address, or when `wait` says that time is
// over.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cdckit::pg {

// `wait` is given a descriptor that becomes readable with the answer; false: do not wait longer. It
// may throw.
std::vector<std::string> resolve(const std::string& host, const std::function<bool(int)>& wait);

}  // namespace cdckit::pg
