#include "common/ndjson/reader.hpp"

#include "tests/unit/support/pipe.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <random>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using ndjson::Line;
using ndjson::Reader;
using ndjson::ReadStatus;

namespace {

constexpr std::size_t kLimit = 1U << 20U;

struct Seen {
  std::string text;
  std::uint64_t number;
  bool terminated;
  bool operator==(const Seen&) const = default;
};

// What the rules of reader.hpp say, the simplest way.
std::vector<Seen> naive(const std::string& bytes) {
  std::vector<Seen> out;
  std::size_t at = 0;
  for (std::uint64_t number = 1; at < bytes.size(); ++number) {
    const auto end = bytes.find('\n', at);
    std::string text = bytes.substr(at, end - at);
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (text.ends_with('\r')) text.pop_back();
    if (!text.empty()) out.push_back({text, number, end != std::string::npos});
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return out;
}

// Writes `bytes` in pieces of the given sizes (used round and round) from another thread.
std::vector<Seen> read_in_pieces(const std::string& bytes,
                                 const std::vector<std::size_t>& sizes,
                                 std::chrono::milliseconds wait) {
  tests::Pipe pipe;
  std::thread writer([&] {
    std::size_t at = 0;
    for (std::size_t i = 0; at < bytes.size(); ++i) {
      const std::size_t count = std::min(sizes[i % sizes.size()], bytes.size() - at);
      pipe.put(std::string_view(bytes).substr(at, count));
      at += count;
    }
    pipe.writer.reset();
  });
  Reader reader(pipe.reader.get(), "stdin", kLimit);
  std::vector<Seen> out;
  Line line;
  for (;;) {
    const auto status = reader.next(line, wait);
    if (status == ReadStatus::timeout) continue;
    if (status != ReadStatus::line) break;
    // the padding may be read
    volatile char last = *(line.text.data() + line.text.size() + ndjson::kPadding - 1);
    (void)last;
    out.push_back({std::string(line.text), line.number, line.terminated});
  }
  writer.join();
  return out;
}

std::vector<Seen> read_all(const std::string& bytes) {
  return read_in_pieces(bytes, {1U << 16U}, -1ms);
}

std::string random_bytes(std::mt19937& random) {
  std::string bytes;
  if (random() % 4 == 0) bytes = "\xEF\xBB\xBF";
  const char* pieces[] = {"\n", "\r\n", "\r", "a", "{\"x\":1}", "\xEF\xBB\xBF", "\n\n", " "};
  for (auto count = random() % 60; count > 0; --count) {
    if (random() % 10 == 0) {
      bytes += std::string(random() % 700, 'x');
    } else {
      bytes += pieces[random() % std::size(pieces)];
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("any bytes in any pieces give the lines of a naive splitter") {
  std::mt19937 random(42);
  for (int round = 0; round < 400; ++round) {
    const std::string bytes = random_bytes(random);
    std::vector<std::size_t> sizes;
    for (auto count = random() % 5 + 1; count > 0; --count) sizes.push_back(random() % 40 + 1);
    CAPTURE(round);
    REQUIRE(read_in_pieces(bytes, sizes, round % 2 == 0 ? -1ms : 1ms) == naive(bytes));
  }
}

TEST_CASE("one byte at a time") {
  const std::string bytes = "\xEF\xBB\xBF{\"a\":1}\r\n\r\n{\"b\":2}\nlast";
  CHECK(read_in_pieces(bytes, {1}, -1ms) == naive(bytes));
  CHECK(naive(bytes) ==
        std::vector<Seen>{{"{\"a\":1}", 1, true}, {"{\"b\":2}", 3, true}, {"last", 4, false}});
}

TEST_CASE("edges") {
  CHECK(read_all("").empty());
  CHECK(read_all("\n\r\n\n").empty());
  CHECK(read_all("\xEF\xBB\xBF").empty());
  CHECK(read_all("\xEF\xBB\xBF\n{}") == std::vector<Seen>{{"{}", 2, false}});
  CHECK(read_all("{}\n\xEF\xBB\xBF{}\n")[1].text == "\xEF\xBB\xBF{}");  // only at the start
  CHECK(read_all("a\r\r\n")[0].text == "a\r");
  CHECK(read_all(std::string("a\0b\n", 4))[0].text == std::string("a\0b", 3));
}

TEST_CASE("lines that are much longer than the buffer") {
  std::mt19937 random(1);
  std::string bytes;
  for (int i = 0; i < 12; ++i)
    bytes += std::string(random() % 900'000, static_cast<char>('a' + i)) + "\n";
  CHECK(read_all(bytes) == naive(bytes));
  CHECK(read_in_pieces(bytes, {100'000, 1, 333'333}, -1ms) == naive(bytes));
}

TEST_CASE("a line over the limit is reported once, the lines around it are not hurt") {
  for (const std::size_t piece : {1U, 7U, 4096U}) {
    for (const std::string& ending : {std::string("\n"), std::string()}) {
      tests::Pipe pipe;
      const std::string bytes = "{}\n\n" + std::string(100, 'x') + "\n" + std::string(101, 'y') +
                                "\nz\n" + std::string(5000, 'w') + ending;
      std::thread writer([&] {
        for (std::size_t at = 0; at < bytes.size(); at += piece)
          pipe.put(std::string_view(bytes).substr(at, piece));
        pipe.writer.reset();
      });
      Reader reader(pipe.reader.get(), "stdin", 100);
      std::string seen;
      Line line;
      for (ReadStatus status{}; (status = reader.next(line, -1ms)) != ReadStatus::end;) {
        seen += std::to_string(line.number) + (status == ReadStatus::too_long ? "!" : "") +
                line.text[0] + std::to_string(line.text.size()) + " ";
      }
      writer.join();
      CAPTURE(piece);
      CHECK(seen == "1{2 3x100 4!y100 5z1 6!w100 ");
      CHECK(reader.line_number() == 6);
      CHECK(reader.next(line, -1ms) == ReadStatus::end);
    }
  }
}

TEST_CASE("of a very long line only its beginning is shown") {
  tests::Pipe pipe;
  std::thread writer([&] {
    pipe.put(std::string(300'000, 'x') + "\n{}\n");
    pipe.writer.reset();
  });
  Reader reader(pipe.reader.get(), "stdin", 100'000);
  Line line;
  CHECK(reader.next(line, -1ms) == ReadStatus::too_long);
  CHECK(line.text == std::string(ndjson::kShownOfLongLine, 'x'));
  CHECK(reader.next(line, -1ms) == ReadStatus::line);
  CHECK(line.text == "{}");
  CHECK(line.number == 2);
  writer.join();
}

TEST_CASE("timeouts do not lose what has arrived of a line") {
  tests::Pipe pipe;
  Reader reader(pipe.reader.get(), "stdin", kLimit);
  Line line;
  CHECK(reader.next(line, 0ms) == ReadStatus::timeout);
  pipe.put("{\"a\":");
  const auto start = std::chrono::steady_clock::now();
  CHECK(reader.next(line, 40ms) == ReadStatus::timeout);
  CHECK(std::chrono::steady_clock::now() - start >= 40ms);
  pipe.put("1}\nrest");
  CHECK(reader.next(line, 10s) == ReadStatus::line);
  CHECK(line.text == "{\"a\":1}");
  CHECK(reader.next(line, 0ms) == ReadStatus::timeout);
  pipe.writer.reset();
  CHECK(reader.next(line, std::chrono::milliseconds::max()) == ReadStatus::line);
  CHECK(line.text == "rest");
  CHECK_FALSE(line.terminated);
  CHECK(reader.next(line, -1ms) == ReadStatus::end);
  CHECK(reader.next(line, 0ms) == ReadStatus::end);
}

TEST_CASE("an interrupt ends the wait, but not before the lines that are there") {
  tests::Pipe pipe;
  tests::Pipe interrupt;
  interrupt.put("x");
  Reader reader(pipe.reader.get(), "stdin", kLimit);
  Line line;
  CHECK(reader.next(line, -1ms, interrupt.reader.get()) == ReadStatus::interrupted);
  pipe.put("{}\n{}\n{}\nhalf");
  // also where the input always has another byte
  CHECK(reader.next(line, -1ms, interrupt.reader.get()) == ReadStatus::interrupted);
  CHECK(reader.next(line, -1ms, {-1, interrupt.reader.get()}) == ReadStatus::interrupted);
  CHECK(reader.next(line, -1ms) == ReadStatus::line);
  CHECK(reader.next(line, -1ms, interrupt.reader.get()) == ReadStatus::line);
  CHECK(reader.next_buffered(line) == ReadStatus::line);
  CHECK(reader.next_buffered(line) == ReadStatus::timeout);
  CHECK(reader.next(line, -1ms, interrupt.reader.get()) == ReadStatus::interrupted);
  CHECK(reader.next(line, 10s, interrupt.reader.get()) == ReadStatus::interrupted);
}

TEST_CASE("has_buffered_line: exactly when next() would give a line without reading") {
  tests::Pipe pipe;
  Reader reader(pipe.reader.get(), "stdin", kLimit);
  Line line;
  CHECK_FALSE(reader.has_buffered_line());
  pipe.put("{}\n\n{}\n\r\n\nhalf");
  CHECK_FALSE(reader.has_buffered_line());  // not yet read
  CHECK(reader.next(line, -1ms) == ReadStatus::line);
  CHECK(reader.has_buffered_line());
  CHECK(reader.next(line, -1ms) == ReadStatus::line);
  CHECK_FALSE(reader.has_buffered_line());  // blank lines and a half
  pipe.put("\nx");
  CHECK(reader.next(line, -1ms) == ReadStatus::line);
  CHECK(line.text == "half");
  CHECK_FALSE(reader.has_buffered_line());
  pipe.writer.reset();
  CHECK(reader.next(line, -1ms) == ReadStatus::line);
  CHECK_FALSE(reader.has_buffered_line());
}

TEST_CASE("a regular file, and where()") {
  const tests::ScratchFolder folder;
  const io::FileDescriptor file(::open(folder.write("f", "a\nb").c_str(), O_RDONLY | O_CLOEXEC));
  Reader reader(file.get(), "f", kLimit);
  Line line;
  CHECK(reader.next(line, 1s) == ReadStatus::line);
  CHECK(reader.next(line, 1s) == ReadStatus::line);
  CHECK(line.number == 2);
  CHECK(reader.where(line.number) == "f:2");
  CHECK(reader.source() == "f");
  CHECK(reader.next(line, 1s) == ReadStatus::end);
}
