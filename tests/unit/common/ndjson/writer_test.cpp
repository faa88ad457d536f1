#include "common/ndjson/writer.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/child.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using ndjson::Writer;

TEST_CASE("every line at once") {
  tests::Pipe pipe;
  Writer writer(pipe.writer.get(), Writer::Flush::every_line);
  writer.write("{}");
  CHECK(io::wait_readable({pipe.reader.get()}, 0ms) == 1U);
  writer.write(R"({"a":1})");
  pipe.writer.reset();
  CHECK(pipe.drain() == "{}\n{\"a\":1}\n");
}

TEST_CASE("when full, or asked") {
  tests::Pipe pipe;
  Writer writer(pipe.writer.get(), Writer::Flush::when_full);
  writer.write("{}");
  CHECK(io::wait_readable({pipe.reader.get()}, 0ms) == 0U);
  writer.flush();
  writer.flush();
  CHECK(io::wait_readable({pipe.reader.get()}, 0ms) == 1U);
  pipe.writer.reset();
  CHECK(pipe.drain() == "{}\n");
}

TEST_CASE("a failure is thrown, and the same lines are not written again") {
  const io::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  Writer writer(full.get(), Writer::Flush::when_full);
  writer.write("{}");
  CHECK_THROWS_WITH_AS(
      writer.flush(), "could not write \"stdout\": No space left on device", base::Error);
  CHECK_NOTHROW(writer.flush());
}

TEST_CASE("a reader that is gone is a closed output") {
  const auto result = tests::run_captured([] {
    ::signal(SIGPIPE, SIG_IGN);
    tests::Pipe pipe;
    pipe.reader.reset();
    try {
      Writer(pipe.writer.get(), Writer::Flush::every_line).write("{}");
    } catch (const base::Error& error) {
      return error.kind() == base::ErrorKind::output_closed ? 0 : 1;
    }
    return 2;
  });
  CHECK(result.code == 0);
}
