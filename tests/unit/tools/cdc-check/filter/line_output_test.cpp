#include "tools/cdc-check/filter/line_output.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/pipe.hpp"

#include <csignal>
#include <string>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("lines wait until they are many or asked for") {
  tests::Pipe pipe;
  cdc_check::LineOutput output(pipe.writer.get());
  CHECK(output.empty());
  output.add("a");
  output.add("");
  CHECK_FALSE(output.empty());
  output.flush();
  CHECK(output.empty());
  char text[8]{};
  CHECK(::read(pipe.reader.get(), text, sizeof text) == 3);
  CHECK(std::string_view(text, 3) == "a\n\n");
}

TEST_CASE("lines go out in their order, whoever keeps them") {
  const tests::Pipe pipe;
  cdc_check::LineOutput output(pipe.writer.get());
  std::string block = "one\ntwo\nbad\nthree\nfour\n";
  const auto line = [&](std::size_t at, std::size_t size) {
    return std::string_view(block).substr(at, size);
  };
  output.pass(line(0, 3));
  output.pass(line(4, 3));
  output.pass(line(12, 5));
  output.add("between");
  output.pass(line(18, 4));
  CHECK_FALSE(output.empty());
  output.keep();
  block.assign(block.size(), '#');
  output.add("last");
  output.flush();
  CHECK(output.empty());
  char text[64]{};
  const auto size = static_cast<std::size_t>(::read(pipe.reader.get(), text, sizeof text));
  CHECK(std::string_view(text, size) == "one\ntwo\nthree\nbetween\nfour\nlast\n");
}

TEST_CASE("many lines that stand in one block are not held for long") {
  tests::Pipe pipe;
  std::string block;
  for (int i = 0; i < 10'000; ++i) block += std::to_string(i) + " of many lines\n";
  std::thread writer([&] {
    cdc_check::LineOutput output(pipe.writer.get());
    for (std::size_t at = 0; at < block.size();) {
      const std::size_t end = block.find('\n', at);
      output.pass(std::string_view(block).substr(at, end - at));
      at = end + 1;
    }
    output.flush();
    pipe.writer.reset();
  });
  CHECK(pipe.drain() == block);
  writer.join();
}

TEST_CASE("a reader that is gone") {
  std::signal(SIGPIPE, SIG_IGN);
  tests::Pipe pipe;
  pipe.reader.reset();
  cdc_check::LineOutput output(pipe.writer.get());
  output.add("a");
  try {
    output.flush();
    CHECK(false);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::output_closed);
  }
}
