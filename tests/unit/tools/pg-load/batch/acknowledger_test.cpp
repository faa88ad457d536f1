#include "tools/pg-load/batch/acknowledger.hpp"

#include "common/ack/ack_record.hpp"
#include "common/base/clock.hpp"
#include "common/io/file_descriptor.hpp"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("the newest checkpoint is acknowledged, and only when told so") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("pg-load-ack-" + base::random_id());
  std::filesystem::create_directory(folder);
  const std::string path = folder / "ack";
  {
    Acknowledger acknowledger(path, "postgresql:t");
    acknowledger.hello(
        event::parse_control(R"({"__cdc":"hello","v":1,"run":"r","source":{"a":1},"from":""})"));
    acknowledger.checkpoint(
        event::parse_control(R"({"__cdc":"ckpt","run":"r","seq":1,"pos":"p1","rows":1})"));
    acknowledger.checkpoint(
        event::parse_control(R"({"__cdc":"ckpt","run":"r","seq":2,"pos":"p2","rows":1})"));
    CHECK(acknowledger.pending());
    CHECK_FALSE(ack::parse(io::read_file(path)));
    acknowledger.durable(5, 1);
    CHECK_FALSE(acknowledger.pending());
  }
  const auto record = ack::parse(io::read_file(path));
  REQUIRE(record);
  CHECK(record->seq == 2);
  CHECK(record->pos == "p2");
  CHECK(record->rows_ok == 5);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a checkpoint on its way is acknowledged by itself, or taken back") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("pg-load-ack-" + base::random_id());
  std::filesystem::create_directory(folder);
  const std::string path = folder / "ack";
  const auto control = [](const std::string& text) { return event::parse_control(text); };
  const auto checkpoint = [&](const std::string& number) {
    return control(R"({"__cdc":"ckpt","run":"r","seq":)" + number + R"(,"pos":"p)" + number +
                   R"(","rows":1})");
  };
  Acknowledger acknowledger(path, "postgresql:t");
  acknowledger.hello(control(R"({"__cdc":"hello","v":1,"run":"r","source":{"a":1},"from":""})"));
  const auto stored = [&] { return ack::parse(io::read_file(path))->pos; };

  acknowledger.checkpoint(checkpoint("1"));
  acknowledger.send();
  CHECK_FALSE(acknowledger.pending());
  acknowledger.checkpoint(checkpoint("2"));
  acknowledger.durable_sent(1, 0);
  CHECK(stored() == "p1");
  CHECK(acknowledger.pending());

  acknowledger.send();
  acknowledger.take_back();
  CHECK(acknowledger.pending());
  acknowledger.send();
  acknowledger.checkpoint(checkpoint("3"));
  acknowledger.take_back();
  acknowledger.durable_sent(1, 0);
  CHECK(stored() == "p1");
  acknowledger.durable(3, 0);
  CHECK(stored() == "p3");
  std::filesystem::remove_all(folder);
}
