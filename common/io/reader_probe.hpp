// Whether somebody can still read from a pipe, asked after our own end of it was closed: a source
// that has said everything must know whether its sink lives. Holds no end of the pipe, so that the
// reader sees its end of file.
#pragma once

#include "common/io/file_descriptor.hpp"

namespace cdckit::io {

class ReaderProbe {
 public:
  // `fd` is open for writing. What is no pipe never seems to be gone.
  explicit ReaderProbe(int fd);
  [[nodiscard]] bool reader_is_gone() const;

 private:
  FileDescriptor path_;  // O_PATH: neither a reader nor a writer
};

}  // namespace cdckit::io
