#include "common/event/input.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/pipe.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace std::chrono_literals;
using base::ExitCode;
using event::Input;
using event::InputSettings;
using event::ItemKind;
using event::OnError;

namespace {

constexpr std::string_view kHello = "{\"__cdc\":\"hello\",\"run\":\"r\",\"source\":{}}\n";
constexpr std::string_view kCheckpoint =
    "{\"__cdc\":\"ckpt\",\"run\":\"r\",\"seq\":1,\"pos\":\"p\",\"rows\":1}\n";
constexpr std::string_view kEof = "{\"__cdc\":\"eof\",\"run\":\"r\",\"seq\":2,\"pos\":\"p\"}\n";
constexpr std::string_view kEvent = "{\"op\":\"c\",\"after\":{\"a\":1}}\n";
constexpr std::string_view kRow = "{\"a\":1}\n";

char letter_of(const Input& /*input*/, const event::Item& item) {
  switch (item.kind) {
    case ItemKind::event:
      return 'e';
    case ItemKind::row:
      return 'r';
    case ItemKind::control:
      return 'c';
    case ItemKind::end:
      return '.';
    default:
      return '?';
  }
}

struct Result {
  std::string kinds;
  std::string error;
  ExitCode code{};
  std::uint64_t rejected = 0;
};

Result read(const std::string& bytes, InputSettings settings = {}) {
  tests::Pipe pipe;
  std::thread writer([&] {
    pipe.put(bytes);
    pipe.writer.reset();
  });
  settings.fd = pipe.reader.get();
  settings.tool = "t";
  Input input(settings);
  Result result;
  try {
    while (!result.kinds.ends_with('.')) result.kinds += letter_of(input, input.next(-1ms));
    CHECK(input.next(-1ms).kind == ItemKind::end);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::data);
    result.error = error.what();
  }
  input.sync_rejects();
  result.code = input.end_code();
  result.rejected = input.rejected();
  writer.join();
  return result;
}

std::string all(std::initializer_list<std::string_view> lines) {
  std::string out;
  for (const auto line : lines) out += line;
  return out;
}

InputSettings with(OnError policy, const std::string& path = {}) {
  InputSettings settings;
  settings.on_error = policy;
  settings.reject_path = path;
  return settings;
}

}  // namespace

TEST_CASE("whole inputs") {
  CHECK(read("").kinds == ".");
  CHECK(read(all({kRow, kEvent, "\n", kRow})).kinds == "rer.");
  CHECK(read(all({kHello, kEvent, kCheckpoint, kEof})).kinds == "cecc.");
  CHECK(read(all({kHello, kEvent, kEof})).code == ExitCode::done);
  CHECK(read(all({kRow, "{\"a\":2}"})).kinds == "rr.");  // the closing brace proves the last line
}

TEST_CASE("items carry line number, text, event and control") {
  tests::Pipe pipe;
  pipe.put(all({kHello, "\n", kEvent}));
  InputSettings settings;
  settings.fd = pipe.reader.get();
  Input input(settings);
  CHECK_FALSE(input.tracked());
  const auto& hello = input.next(-1ms);
  CHECK(hello.control.run == "r");
  CHECK(hello.line_number == 1);
  CHECK(input.tracked());
  CHECK_FALSE(input.whole());
  CHECK(input.has_buffered_line());
  const auto& data = input.next(-1ms);
  CHECK(data.line_number == 3);
  CHECK(data.event.after == "{\"a\":1}");
  CHECK(data.text == kEvent.substr(0, kEvent.size() - 1));
  CHECK(input.where(data.line_number) == "stdin:3");
  CHECK(input.next(0ms).kind == ItemKind::timeout);
  tests::Pipe stop;
  stop.put("x");
  CHECK(input.next(-1ms, stop.reader.get()).kind == ItemKind::interrupted);
}

TEST_CASE("stop: every kind of bad line ends with source:line") {
  const std::string good(kRow);
  CHECK(read(good + "{\"a\":\n").error.starts_with("stdin:2: could not read line: "));
  CHECK(read(good + "[1]\n").error == "stdin:2: could not read line: not a JSON object");
  CHECK(read(good + "\n{\"a\":\"\xFF\"}\n").error.starts_with("stdin:3: could not read line: "));
  CHECK(read("x\n").kinds.empty());
  InputSettings short_lines;
  short_lines.max_line = 10;
  CHECK(read(good + "{\"a\":12345678}\n", short_lines).error ==
        "stdin:2: could not read line: longer than 10 (--max-line)");
  CHECK(read(good + "{\"a\"").error == "stdin:2: could not read line: the input ends inside it");
}

TEST_CASE("skip: bad lines are counted, the others pass, the code is 1") {
  InputSettings settings = with(OnError::skip);
  settings.max_line = 60;
  const auto result =
      read(all({kRow, "x\n", kEvent, "{\"a\":\"\xFF\"}\n", std::string(100, 'y'), "\n", kRow}),
           settings);
  CHECK(result.kinds == "rer.");
  CHECK(result.rejected == 3);
  CHECK(result.code == ExitCode::differences);
}

TEST_CASE("reject: bad lines go to the file, as JSON or base64") {
  const tests::ScratchFolder folder;
  InputSettings settings = with(OnError::reject, folder.file("rejects"));
  settings.max_line = 60;
  const auto result =
      read(all({kRow, "[1]\n", "{\"a\"\n", std::string(100, 'y'), "\n", kRow}), settings);
  CHECK(result.kinds == "rr.");
  CHECK(result.code == ExitCode::differences);
  std::ifstream lines(folder.file("rejects"));
  std::string line;
  REQUIRE(std::getline(lines, line));
  CHECK(nlohmann::json::parse(line).at("row") == nlohmann::json::parse("[1]"));
  CHECK(nlohmann::json::parse(line).at("line") == 2);
  CHECK(nlohmann::json::parse(line).at("tool") == "t");
  REQUIRE(std::getline(lines, line));
  CHECK(nlohmann::json::parse(line).at("row").at("base64") == "eyJhIg==");
  REQUIRE(std::getline(lines, line));
  CHECK(nlohmann::json::parse(line).at("reason") == "longer than 60 (--max-line)");
  CHECK(nlohmann::json::parse(line).at("row").at("base64").get<std::string>().size() == 80);
  CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE("a line that turns out bad later follows the same rule") {
  tests::Pipe pipe;
  InputSettings settings = with(OnError::skip);
  settings.fd = pipe.reader.get();
  Input skipping(settings);
  skipping.bad_line({5, "p", "no", "22003", "{}"});
  CHECK(skipping.rejected() == 1);
  settings.on_error = OnError::stop;
  Input stopping(settings);
  CHECK_THROWS_WITH_AS(stopping.bad_line({5, "p", "no", "22003", "{}"}),
                       "stdin:5: could not read line: no",
                       base::Error);
}

TEST_CASE("tracked input without eof ends with 75, rejected lines or not") {
  CHECK(read(all({kHello, kEvent, kCheckpoint})).code == ExitCode::retry_later);
  CHECK(read(all({kHello, "x\n"}), with(OnError::skip)).code == ExitCode::retry_later);
  CHECK(read(all({kHello, "x\n", kEof}), with(OnError::skip)).code == ExitCode::differences);
  CHECK(read(std::string(kHello)).code == ExitCode::retry_later);
  CHECK(read(all({kHello, kEof, kHello, kEvent})).code ==
        ExitCode::retry_later);  // a second source, cut off
  CHECK(read(all({kHello, kEof, kHello, kEof})).code == ExitCode::done);
}

TEST_CASE(
    "a cut last line: dropped when its source will send it again, else bad input whatever the "
    "policy") {
  const auto tracked = read(all({kHello, kEvent, "{\"op\":\"c\",\"aft"}));
  CHECK(tracked.kinds == "ce.");
  CHECK(tracked.error.empty());
  CHECK(tracked.code == ExitCode::retry_later);
  CHECK(read(all({kHello, kEvent, "{\"__cdc\":\"ck"})).kinds == "ce.");
  for (const auto policy : {OnError::stop, OnError::skip}) {
    CHECK(read(all({kRow, "{\"a\""}), with(policy)).error ==
          "stdin:2: could not read line: the input ends inside it");
    CHECK(read(all({kHello, kEof, "{\"a\""}), with(policy)).error ==
          "stdin:3: could not read line: the input ends inside it");
  }
}

TEST_CASE("a hello that was cut is cut input, wherever it was cut behind {\"__c") {
  for (const auto policy : {OnError::stop, OnError::skip}) {
    for (std::size_t length = 5; length < kHello.size() - 1; ++length) {
      const std::string_view cut = kHello.substr(0, length);
      CAPTURE(cut);
      for (const std::string& before : {std::string(), std::string("\n\n"), all({kHello, kEof})}) {
        const auto result = read(before + std::string(cut), with(policy));
        CHECK(result.error.empty());
        CHECK(result.code == ExitCode::retry_later);
        CHECK(result.kinds.ends_with('.'));
      }
    }
  }
  const auto behind_rows = read(all({kRow, "{\"__cdc\":\"hel"}));
  CHECK(behind_rows.kinds == "r.");
  CHECK(behind_rows.code == ExitCode::retry_later);
}

TEST_CASE("what was cut and begins no hello is bad input, also as the first line") {
  for (const auto policy : {OnError::stop, OnError::skip}) {
    for (const std::string cut : {"{",
                                  "{\"",
                                  "{\"_",
                                  "{\"__",
                                  "{\"__typename\":",
                                  "{\"__cost",
                                  "{ \"__cdc\"",
                                  "{\"__cdc\":\"schema\",\"v\":1",
                                  "{\"__cdc\":\"hex",
                                  "{\"a\":\"__cdc"}) {
      CAPTURE(cut);
      for (const std::string& before : {std::string(), all({kHello, kEof})}) {
        const auto result = read(before + cut, with(policy));
        CHECK(result.error.ends_with("could not read line: the input ends inside it"));
        CHECK(result.code == ExitCode::done);  // of what was read before it
      }
    }
  }
}

TEST_CASE("a broken control line is never skipped") {
  const tests::ScratchFolder folder;
  for (const auto policy : {OnError::stop, OnError::skip, OnError::reject}) {
    for (const std::string bad :
         {"{\"__cdc\":\"ckpt\",\"run\":\"r\"}\n", "{\"__cdc\":\"ckpt\",}\n", "{\"__cdc\":x\n"}) {
      const auto result = read(all({kHello, kEvent, bad, kEof}), with(policy, folder.file("r")));
      CAPTURE(bad);
      CHECK(result.error.starts_with("stdin:3: could not read control line"));
    }
    InputSettings settings = with(policy, folder.file("r"));
    settings.max_line = 100;
    CHECK(read(all({kHello, "{\"__cdc\":\"schema\",\"x\":\"", std::string(200, 'x'), "\"}\n"}),
               settings)
              .error.starts_with("stdin:2: could not read control line: longer"));
  }
}

TEST_CASE("a reject file that cannot be made is said at once") {
  CHECK_THROWS_AS(Input(with(OnError::reject, "/nonexistent/rejects")), base::Error);
}
