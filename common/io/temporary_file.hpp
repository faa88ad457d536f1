// Files without a name: for what does not fit into memory and dies with its process. The caller
// owns the descriptor. Throws cannot_create or io, never leaves a name behind.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <string>

namespace cdckit::io {

// Readable and writable, closed on exec. Without a name from the start where the file system can do
// that (O_TMPFILE), else named for a moment only.
FileDescriptor unnamed_file(const std::string& folder);

// $TMPDIR, else /tmp.
std::string temporary_folder();

namespace detail {
// The second way, for file systems without O_TMPFILE.
FileDescriptor briefly_named_file(const std::string& folder);
}  // namespace detail

}  // namespace cdckit::io
