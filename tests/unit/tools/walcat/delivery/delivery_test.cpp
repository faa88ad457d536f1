#include "tools/walcat/delivery/delivery.hpp"

#include "common/base/error.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace cdckit::walcat;
using std::chrono::milliseconds;

namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    reader = io::FileDescriptor(ends[0]);
    writer = ends[1];
  }
  std::string read_all() const {
    std::string out;
    char bytes[4096];
    for (ssize_t got = 0; (got = ::read(reader.get(), bytes, sizeof bytes)) > 0;)
      out.append(bytes, static_cast<std::size_t>(got));
    return out;
  }
  io::FileDescriptor reader;
  int writer = -1;  // the Delivery closes it
};

std::vector<nlohmann::json> parse(const std::string& lines) {
  std::vector<nlohmann::json> out;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = lines.find('\n', at);
    out.push_back(nlohmann::json::parse(lines.substr(at, end - at)));
    at = end + 1;
  }
  return out;
}

cli::Context context() {
  return {"walcat", {}, {}};
}

}  // namespace

TEST_CASE("checkpoints carry the position once, eof closes the stream") {
  Pipe pipe;
  auto around = context();
  Delivery delivery({.output = pipe.writer, .proof = Proof::none, .ack_files = {}, .control = true},
                    around);
  delivery.hello(R"({"slot":"s"})", "0000000000000001", "plain");
  delivery.checkpoint();  // nothing reached yet
  delivery.set_rows(3);
  delivery.reached(0x10, "0000000000000010");
  CHECK(delivery.has_unsent_position());
  delivery.checkpoint();
  delivery.checkpoint();
  CHECK_FALSE(delivery.has_unsent_position());
  CHECK(delivery.finish([] {}));
  const auto lines = parse(pipe.read_all());
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["__cdc"] == "hello");
  CHECK(lines[1]["__cdc"] == "ckpt");
  CHECK(lines[1]["pos"] == "0000000000000010");
  CHECK(lines[1]["rows"] == 3);
  CHECK(lines[1]["seq"] == 1);
  CHECK(lines[2]["__cdc"] == "eof");
  CHECK(lines[2]["seq"] == 2);
  CHECK(delivery.confirmable() == 0);
}

TEST_CASE("without control there are data lines only") {
  Pipe pipe;
  auto around = context();
  Delivery delivery({.output = pipe.writer}, around);
  delivery.hello("{}", "", "plain");
  delivery.lines() += "{}\n";
  delivery.reached(0x10, "0000000000000010");
  delivery.checkpoint(true);
  CHECK(delivery.finish([] {}));
  CHECK(pipe.read_all() == "{}\n");
}

TEST_CASE("what stdout took may be confirmed, not before") {
  Pipe pipe;
  auto around = context();
  Delivery delivery({.output = pipe.writer, .proof = Proof::written}, around);
  delivery.lines() += "{}\n";
  delivery.reached(0x10, "");
  CHECK(delivery.confirmable() == 0);
  CHECK(delivery.finish([] {}));
  CHECK(delivery.confirmable() == 0x10);
}

TEST_CASE("a position held back is told when it is let go, without a later one") {
  Pipe pipe;
  auto around = context();
  Delivery delivery({.output = pipe.writer, .proof = Proof::written}, around);
  delivery.hold(0x10);
  delivery.reached(0x20, "0000000000000020");
  delivery.reached(0x30, "0000000000000030");
  delivery.submit(true);
  CHECK(delivery.confirmable() == 0x10);
  delivery.hold(0x28);
  CHECK(delivery.confirmable() == 0x28);
  delivery.hold(std::nullopt);
  CHECK(delivery.confirmable() == 0x30);
  CHECK(delivery.finish([] {}));
}

TEST_CASE("only acknowledgements of this run count, and those of a snapshot confirm nothing") {
  Pipe pipe;
  auto around = context();
  const auto path = std::filesystem::temp_directory_path() /
                    ("walcat-delivery-" + std::to_string(::getpid()) + ".ack");
  DeliverySettings settings{
      .output = pipe.writer, .proof = Proof::acks, .ack_files = {path.string()}, .control = true};
  settings.ack_timeout = milliseconds(50);
  Delivery delivery(settings, around);
  const auto acknowledge = [&](const std::string& run, std::uint64_t seq, const std::string& pos) {
    ack::Record record;
    record.run = run;
    record.source = "{}";
    record.seq = seq;
    record.pos = pos;
    std::ofstream(path) << ack::format(record) << '\n';
  };
  delivery.set_rows(1);
  delivery.reached(0, "snapshot:0000000000000010");
  delivery.checkpoint();
  acknowledge(delivery.run(), 1, "snapshot:0000000000000010");
  CHECK(delivery.confirmable() == 0);
  delivery.reached(0x20, "0000000000000020");
  delivery.checkpoint(true);
  acknowledge("another", 2, "0000000000000020");
  CHECK(delivery.confirmable() == 0);
  acknowledge(delivery.run(), 9, "0000000000000090");
  CHECK(delivery.confirmable() == 0);
  acknowledge(delivery.run(), 2, "0000000000000020");
  CHECK(delivery.confirmable() == 0x20);
  CHECK_FALSE(delivery.finish([] {}));  // nobody acknowledges the eof
  std::filesystem::remove(path);
}

TEST_CASE("a reader that is gone shows as output_closed, and a promise is remembered") {
  Pipe pipe;
  auto around = context();
  (void)signals::install();  // SIGPIPE is ignored
  Delivery delivery({.output = pipe.writer,
                     .proof = Proof::acks,
                     .ack_files = {"/nonexistent/x"},
                     .control = true},
                    around);
  delivery.set_rows(1);
  pipe.reader.reset();
  const auto send = [&] {
    for (int i = 0; i < 100; ++i) {
      delivery.lines() += "{}\n";
      delivery.submit(true);
      delivery.wait(-1, milliseconds(50));
    }
  };
  CHECK_THROWS_AS(send(), base::Error);
  CHECK(around.promised());
}

TEST_CASE("the age of the last ack grows only while something waits for the next") {
  Pipe pipe;
  auto around = context();
  Delivery delivery({.output = pipe.writer, .proof = Proof::written}, around);
  CHECK(delivery.last_ack_age().count() == 0);
  delivery.lines() += "a line\n";
  delivery.reached(0x20, "20");
  std::this_thread::sleep_for(milliseconds(20));
  CHECK(delivery.last_ack_age() >= milliseconds(20));
  CHECK(delivery.confirmed() == 0);
  CHECK(delivery.finish([] {}));
  CHECK(delivery.confirmable() == 0x20);
  CHECK(delivery.confirmed() == 0x20);
  CHECK(delivery.last_ack_age().count() == 0);
}
