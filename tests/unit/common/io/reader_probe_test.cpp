#include "common/io/reader_probe.hpp"

#include "tests/unit/support/pipe.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace cdckit;
using io::ReaderProbe;

TEST_CASE("a reader is seen after our own end is closed, and sees its end of file") {
  tests::Pipe pipe;
  const ReaderProbe probe(pipe.writer.get());
  CHECK_FALSE(probe.reader_is_gone());
  pipe.put("x");
  pipe.writer.reset();
  CHECK_FALSE(probe.reader_is_gone());
  CHECK(pipe.drain() == "x");
  CHECK_FALSE(probe.reader_is_gone());
  pipe.reader.reset();
  CHECK(probe.reader_is_gone());
}

TEST_CASE("what is no pipe has no reader that could go") {
  const tests::ScratchFolder folder;
  const std::string path = folder.write("file", "");
  const io::FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK_FALSE(ReaderProbe(file.get()).reader_is_gone());
  CHECK_FALSE(ReaderProbe(-1).reader_is_gone());
}
