// A pipe whose ends a test closes when it likes.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <array>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

namespace cdckit::tests {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("could not make a pipe");
    reader = io::FileDescriptor(ends[0]);
    writer = io::FileDescriptor(ends[1]);
  }

  void put(std::string_view bytes) const { io::write_all(writer.get(), bytes, "pipe"); }
  // Fills the pipe until not one byte more fits; returns how many went in.
  std::size_t fill() const {
    const int flags = ::fcntl(writer.get(), F_GETFL);
    ::fcntl(writer.get(), F_SETFL, flags | O_NONBLOCK);
    std::size_t count = 0;
    while (::write(writer.get(), "#", 1) == 1) ++count;
    ::fcntl(writer.get(), F_SETFL, flags);
    return count;
  }
  // Everything up to the end of the input.
  std::string drain() const {
    std::string all;
    std::array<char, 4096> block{};
    for (;;) {
      const std::size_t count = io::read_some(reader.get(), block, "pipe");
      if (count == 0) return all;
      all.append(block.data(), count);
    }
  }

  io::FileDescriptor reader;
  io::FileDescriptor writer;
};

}  // namespace cdckit::tests
