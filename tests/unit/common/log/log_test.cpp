#include "common/log/log.hpp"

#include "common/log/progress.hpp"
#include "tests/unit/support/child.hpp"

#include <pty.h>
#include <sstream>
#include <unistd.h>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using log::Level;

namespace {

std::string logged(log::Settings settings, const std::function<void()>& body) {
  settings.tool = "walcat";
  const auto result = tests::run_captured([&] {
    log::configure(settings);
    body();
    return 0;
  });
  CHECK(result.code == 0);
  CHECK(result.out.empty());
  return result.err;
}

void say_all() {
  log::error("an error");
  log::warning("a warning", {{"slot", "s1"}});
  log::info("an info");
  log::debug("a detail");
}

}  // namespace

TEST_CASE("levels") {
  log::Settings settings;
  CHECK(logged(settings, say_all) == "walcat: an error\nwalcat: a warning slot=s1\n");
  settings.level = Level::error;
  CHECK(logged(settings, say_all) == "walcat: an error\n");
  settings.level = Level::debug;
  CHECK(logged(settings, say_all) ==
        "walcat: an error\nwalcat: a warning slot=s1\nwalcat: an info\nwalcat: a detail\n");
}

TEST_CASE("a wish for colour counts, else a terminal gets it") {
  CHECK(log::wants_color(log::Color::always, false));
  CHECK_FALSE(log::wants_color(log::Color::never, true));
  CHECK_FALSE(log::wants_color(log::Color::automatic, false));
}

TEST_CASE("a message is one line and cannot steer the terminal") {
  const std::string text = logged({}, [] {
    log::error(
        "ERROR:  relation\n\tdoes not exist\x1b[2J\n", {{"why", "a\nb"}}, "Look\x1b.\nThere.");
  });
  CHECK(text ==
        "walcat: ERROR:  relation  does not exist?[2J why=a b\nwalcat: hint: Look?.\n"
        "walcat: hint: There.\n");
}

TEST_CASE("JSON: one valid object a line, whatever the text holds") {
  log::Settings settings;
  settings.format = log::Format::json;
  const std::string text = logged(settings, [] {
    log::error("a \"b\"\\ \n\x01 \xFF ü", {{"k\n", "v\x02\xC3"}}, "Do it.\nAnd that.");
    log::stats(R"({"rows":1})", "rows 1");
    log::stats("{}", "");
  });
  std::istringstream lines(text);
  std::string line;
  REQUIRE(std::getline(lines, line));
  const auto first = nlohmann::json::parse(line);
  CHECK(first.at("level") == "error");
  CHECK(first.at("tool") == "walcat");
  CHECK(first.at("message") == "a \"b\"\\ \n\x01 \xEF\xBF\xBD ü");
  CHECK(first.at("k\n") == "v\x02\xEF\xBF\xBD");
  CHECK(first.at("ts").get<std::string>().size() == 27);
  CHECK(first.at("hint") == "Do it. And that.");
  REQUIRE(std::getline(lines, line));
  const auto stats = nlohmann::json::parse(line);
  CHECK(stats.at("rows") == 1);
  CHECK(stats.at("level") == "info");
  CHECK(stats.at("tool") == "walcat");
  CHECK(stats.at("message") == "statistics");
  CHECK(stats.at("ts").get<std::string>().size() == 27);
  REQUIRE(std::getline(lines, line));
  CHECK(nlohmann::json::parse(line).size() == 4);
  CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE("colour only when asked for, as stderr is no terminal here") {
  log::Settings settings;
  CHECK(logged(settings, [] { log::error("x"); }) == "walcat: x\n");
  settings.color = log::Color::always;
  CHECK(logged(settings, [] { log::error("x"); }) == "walcat: \033[31mx\033[0m\n");
  settings.color = log::Color::never;
  CHECK(logged(settings, [] { log::error("x"); }) == "walcat: x\n");
}

TEST_CASE("no progress line without a terminal") {
  CHECK(logged({}, [] {
          CHECK_FALSE(log::shows_progress());
          log::progress("50 %");
          log::stats(R"({"rows":1})", "rows 1");
        }) == "walcat: rows 1\n");
}

TEST_CASE("a notice is for who sits in front of a terminal") {
  CHECK(logged({}, [] { log::notice("stopped"); }).empty());
  log::Settings settings;
  settings.level = Level::info;
  CHECK(logged(settings, [] { log::notice("stopped"); }) == "walcat: stopped\n");
  const auto on_terminal = [](Level level) {
    log::Settings wanted;
    wanted.tool = "walcat";
    wanted.level = level;
    int ours = -1;
    int theirs = -1;
    REQUIRE(::openpty(&ours, &theirs, nullptr, nullptr, nullptr) == 0);
    tests::Child child([&] {
      ::dup2(theirs, 2);
      log::configure(wanted);
      log::notice("stopped");
      return 0;
    });
    CHECK(child.wait() == 0);
    ::close(theirs);
    std::string text(256, '\0');
    const auto length = ::read(ours, text.data(), text.size());  // EIO when nothing was written
    ::close(ours);
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return text;
  };
  CHECK(on_terminal(Level::warning).find("walcat: stopped\r\n") != std::string::npos);
  CHECK(on_terminal(Level::error).empty());
}

TEST_CASE("enabled says what would be written") {
  const auto result = tests::run_captured([] {
    log::Settings settings;
    settings.level = Level::info;
    log::configure(settings);
    return log::enabled(Level::info) && log::enabled(Level::error) && !log::enabled(Level::debug)
               ? 0
               : 1;
  });
  CHECK(result.code == 0);
}

TEST_CASE("a closed stderr is no reason to fail") {
  const auto result = tests::run_captured([] {
    ::close(2);
    log::configure({});
    log::error("nobody hears this");
    return 0;
  });
  CHECK(result.code == 0);
}
