#include "common/metrics/metrics.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/pipe.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <arpa/inet.h>
#include <limits>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using metrics::Registry;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A loopback socket; bound to a port that the kernel chose when `port` is 0.
struct Socket {
  explicit Socket(std::uint16_t port) : fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
  }
  bool bind() { return ::bind(fd.get(), generic(), sizeof address) == 0; }
  bool connect() { return ::connect(fd.get(), generic(), sizeof address) == 0; }
  std::uint16_t port() {
    socklen_t length = sizeof address;
    ::getsockname(fd.get(), generic(), &length);
    return ntohs(address.sin_port);
  }
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address); }

  io::FileDescriptor fd;
  sockaddr_in address{};
};

std::uint16_t free_port() {
  Socket socket(0);
  REQUIRE(socket.bind());
  return socket.port();
}

std::string get(std::uint16_t port) {
  Socket socket(port);
  if (!socket.connect()) return "";
  io::write_all(socket.fd.get(), "GET /metrics HTTP/1.0\r\n\r\n", "socket");
  std::string answer;
  std::array<char, 4096> block{};
  while (const std::size_t count = io::read_some(socket.fd.get(), block, "socket"))
    answer.append(block.data(), count);
  return answer;
}

}  // namespace

TEST_CASE("a run that fails keeps when an earlier one ended well, and counts what ended it") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("x.prom");
  const auto run = [&](int code, const std::string& kind) {
    Registry registry;
    registry.describe("x-y", "1", [] { return 3.0; });
    registry.remember(path);
    registry.ended(code, kind);
    registry.write_file(path);
    return registry.text();
  };
  CHECK_FALSE(contains(run(77, "permission"), "x_y_last_success"));
  const std::string good = run(0, "");
  const auto success = [](const std::string& text) {
    const auto begin = text.find("\nx_y_last_success_timestamp_seconds ");
    return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin + 1) - begin);
  };
  CHECK(success(good).size() > 40);
  const std::string bad = run(77, "permission");
  CHECK(success(bad) == success(good));
  for (const char* line : {"\nx_y_up 0\n",
                           "\nx_y_exit_code 77\n",
                           "\nx_y_errors_total{kind=\"permission\"} 1\n",
                           "\nx_y_retries_total 3\n",
                           "\nx_y_metrics_timestamp_seconds 1"})
    CHECK(contains(bad, line));
}

TEST_CASE("every sample says which pipeline it is of") {
  Registry registry;
  registry.describe("x", "1");
  registry.histogram("x_delay_seconds", "Delay.", {1}).observe(2);
  registry.tell_apart("mirror");
  const std::string text = registry.text();
  CHECK(contains(text, "\nx_up{pipeline=\"mirror\"} 1\n"));
  CHECK(contains(text, "x_delay_seconds_bucket{pipeline=\"mirror\",le=\"1\"} 0\n"));
  CHECK(contains(text, "process_cpu_seconds_total{tool=\"x\",pipeline=\"mirror\"} "));
  CHECK_FALSE(contains(registry.json(), "pipeline"));
}

TEST_CASE("counters, gauges and histograms in Prometheus' text form") {
  Registry registry;
  registry.counter("x_events_total", "Events.", {{"op", "c"}}).add(3);
  registry.counter("x_events_total", "Events.", {{"op", "d"}}).add();
  registry.gauge("x_lag_seconds", "Lag.").set(1.5);
  auto& delay = registry.histogram("x_delay_seconds", "Delay.", {0.1, 1});
  for (const double value : {0.05, 0.5, 5.0}) delay.observe(value);
  const std::string text = registry.text();
  for (const char* line : {"# HELP x_events_total Events.\n",
                           "# TYPE x_events_total counter\n",
                           "x_events_total{op=\"c\"} 3\n",
                           "x_events_total{op=\"d\"} 1\n",
                           "# TYPE x_lag_seconds gauge\n",
                           "x_lag_seconds 1.5\n",
                           "x_delay_seconds_bucket{le=\"0.1\"} 1\n",
                           "x_delay_seconds_bucket{le=\"1\"} 2\n",
                           "x_delay_seconds_bucket{le=\"+Inf\"} 3\n",
                           "x_delay_seconds_count 3\n",
                           "# TYPE process_cpu_seconds_total counter\n",
                           "# TYPE process_peak_resident_memory_bytes gauge\n"}) {
    CAPTURE(line);
    CHECK(contains(text, line));
  }
}

TEST_CASE("asking twice gives the same instrument") {
  Registry registry;
  auto& first = registry.counter("x_total", "X.", {{"a", "1"}});
  first.add(2);
  auto& again = registry.counter("x_total", "X.", {{"a", "1"}});
  again.add(2);
  CHECK(&first == &again);
  CHECK(first.value() == 4);
  CHECK(&registry.gauge("y", "Y.") == &registry.gauge("y", "Y."));
  CHECK(&registry.histogram("z", "Z.", {1}) == &registry.histogram("z", "Z.", {1}));
  CHECK(registry.counter("x_total", "X.", {{"a", "2"}}).value() == 0);
}

TEST_CASE("many threads add to one counter") {
  Registry registry;
  auto& counter = registry.counter("x_total", "X.");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5000; ++n) counter.add();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(counter.value() == 20'000);
}

TEST_CASE("a metrics file is replaced as a whole") {
  const tests::ScratchFolder folder;
  Registry registry;
  registry.gauge("x", "X.").set(1);
  registry.write_file(folder.file("m.prom"));
  registry.gauge("x", "X.").set(2);
  registry.write_file(folder.file("m.prom"));
  CHECK(contains(tests::content_of(folder.file("m.prom")), "\nx 2\n"));
  CHECK(folder.entries() == 1);
  CHECK_THROWS_AS(registry.write_file(folder.file("no/m.prom")), base::Error);
}

TEST_CASE("a listener serves what is there now, the process's own use included") {
  const std::uint16_t port = free_port();
  Registry registry;
  registry.listen("127.0.0.1:" + std::to_string(port));
  registry.counter("x_total", "X.").add(7);
  const std::string answer = get(port);
  CHECK(contains(answer, "200 OK"));
  CHECK(contains(answer, "\nx_total 7\n"));
  CHECK(contains(answer, "\nprocess_peak_resident_memory_bytes "));
  CHECK_FALSE(contains(answer, "process_peak_resident_memory_bytes 0\n"));
}

TEST_CASE("json and text have the process's own use as well") {
  Registry registry;
  const auto json = nlohmann::json::parse(registry.json());
  CHECK(json.at("process_peak_resident_memory_bytes") > 1e6);
  CHECK(json.at("process_cpu_seconds_total") > 0);
  CHECK(json.at("process_start_time_seconds") > 1.7e9);
  CHECK(contains(registry.summary(), "process_peak_resident_memory_bytes "));
}

TEST_CASE("whose metrics they are, whether it works, how it ended") {
  Registry registry;
  registry.describe("kcat-cdc", "1.2.3");
  CHECK(contains(registry.text(), "\nkcat_cdc_build_info{version=\"1.2.3\"} 1\n"));
  CHECK(contains(registry.text(), "\nkcat_cdc_up 1\n"));
  registry.ended(0);
  CHECK(contains(registry.text(), "\nkcat_cdc_up 1\n"));
  CHECK(contains(registry.text(), "\nkcat_cdc_exit_code 0\n"));
  registry.ended(75);
  CHECK(contains(registry.text(), "\nkcat_cdc_up 0\n"));
  CHECK(contains(registry.text(), "\nkcat_cdc_exit_code 75\n"));
}

TEST_CASE("an address that cannot be had is a configuration error") {
  Socket taken(0);
  REQUIRE(taken.bind());
  ::listen(taken.fd.get(), 1);
  for (const std::string& address : {"127.0.0.1:" + std::to_string(taken.port()),
                                     std::string("nonsense"),
                                     std::string("127.0.0.1:99999"),
                                     std::string("")}) {
    CAPTURE(address);
    Registry registry;
    try {
      registry.listen(address);
      FAIL("it listens");
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::config);
    }
  }
}

TEST_CASE("delay bounds grow") {
  const auto bounds = metrics::delay_bounds();
  for (std::size_t i = 1; i < bounds.size(); ++i) CHECK(bounds[i - 1] < bounds[i]);
}
