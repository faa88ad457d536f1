#include "common/io/temporary_file.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <cstdlib>
#include <functional>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a temporary file has no name, with O_TMPFILE and without it") {
  const tests::ScratchFolder folder;
  const std::string where = folder.file(".");
  for (const auto& make : {std::function<io::FileDescriptor(const std::string&)>(io::unnamed_file),
                           {io::detail::briefly_named_file}}) {
    const io::FileDescriptor file = make(where);
    CHECK(folder.entries() == 0);
    CHECK(::pwrite(file.get(), "abc", 3, 0) == 3);
    char back[3]{};
    CHECK(::pread(file.get(), back, 3, 0) == 3);
    CHECK(std::string(back, 3) == "abc");
  }
}

TEST_CASE("a folder that is not there is named") {
  try {
    io::unnamed_file("/nonexistent/folder");
    FAIL("there is such a folder");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cannot_create);
    CHECK(std::string(error.what()).find("/nonexistent/folder") != std::string::npos);
  }
}

TEST_CASE("TMPDIR names the folder unless it is empty") {
  ::setenv("TMPDIR", "/somewhere", 1);
  CHECK(io::temporary_folder() == "/somewhere");
  ::setenv("TMPDIR", "", 1);
  CHECK(io::temporary_folder() == "/tmp");
  ::unsetenv("TMPDIR");
  CHECK(io::temporary_folder() == "/tmp");
}
