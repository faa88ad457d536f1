// A file of lines as a sink reads it: pass by pass through the one input class of all sinks.
#pragma once

#include "common/event/input.hpp"
#include "common/io/file_descriptor.hpp"

#include <fcntl.h>
#include <string>

namespace cdckit::bench {

template <class Visit>
void each_item(const std::string& path, const Visit& visit) {
  const io::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw std::invalid_argument("could not open \"" + path + '"');
  event::Input input({.fd = file.get(), .reject_path = {}, .tool = "bench"});
  for (;;) {
    const event::Item& item = input.next(std::chrono::milliseconds(-1));
    if (item.kind == event::ItemKind::end) return;
    visit(item);
  }
}

}  // namespace cdckit::bench
