#include "common/pg/connect.hpp"

#include "tests/unit/support/loopback_listener.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

using namespace cdckit;
using pg::Target;
using std::chrono::seconds;

namespace {

// Takes connections and never says a word.
class SilentServer {
 public:
  [[nodiscard]] std::string port() const { return std::to_string(listener_.port()); }

 private:
  tests::LoopbackListener listener_;
};

struct Failure {
  base::ErrorKind kind = base::ErrorKind::bug;
  std::string text;
  std::chrono::milliseconds took{0};
};

Failure failure_of(const std::string& conninfo, seconds limit = seconds(10)) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    const pg::Connection connection(
        {.conninfo = conninfo, .application_name = "test", .connect_timeout = limit});
  } catch (const base::Error& error) {
    return {error.kind(),
            error.what(),
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                  begin)};
  }
  FAIL("connected to " << conninfo);
  return {};
}

bool has(const pg::ConnectSettings& settings, const std::string& name) {
  for (const auto& [key, value] : settings.defaults) {
    if (name == key) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("hosts, addresses and ports are lists that belong together") {
  CHECK(pg::split_hosts("", "", "5432") == std::vector<Target>{{"", "", "5432"}});
  CHECK(pg::split_hosts("a,b", "", "1,2") == std::vector<Target>{{"a", "", "1"}, {"b", "", "2"}});
  CHECK(pg::split_hosts("a,b,c", "", "7") ==
        std::vector<Target>{{"a", "", "7"}, {"b", "", "7"}, {"c", "", "7"}});
  CHECK(pg::split_hosts("a,b", "10.0.0.1,10.0.0.2", "5,") ==
        std::vector<Target>{{"a", "10.0.0.1", "5"}, {"b", "10.0.0.2", ""}});
  CHECK(pg::split_hosts("", "::1,127.0.0.1", "5") ==
        std::vector<Target>{{"", "::1", "5"}, {"", "127.0.0.1", "5"}});
}

TEST_CASE("lists of different lengths are left to libpq, which refuses them") {
  CHECK(pg::split_hosts("a,b", "10.0.0.1", "5").size() == 1);
  const auto failure = failure_of("host=a,b port=1,2,3");
  CHECK(failure.kind == base::ErrorKind::config);
  CHECK(failure.text.find("port numbers") != std::string::npos);
}

TEST_CASE("settings come from the connection string and from the environment") {
  auto settings = pg::read_connect_settings("host=a,b port=1,2 connect_timeout=7");
  CHECK(settings.hosts.size() == 2);
  CHECK(settings.timeout == seconds(7));
  CHECK(has(settings, "tcp_user_timeout"));
  CHECK(has(settings, "keepalives_idle"));
  settings = pg::read_connect_settings("postgres://h:5/d?keepalives_idle=9&connect_timeout=1");
  CHECK(settings.timeout == seconds(2));
  CHECK(!has(settings, "keepalives_idle"));
  CHECK(!has(settings, "keepalives_count"));
  CHECK(has(settings, "tcp_user_timeout"));
  ::setenv("PGCONNECT_TIMEOUT", "11", 1);
  CHECK(pg::read_connect_settings("dbname=d").timeout == seconds(11));
  CHECK(pg::read_connect_settings("dbname=d connect_timeout=0").timeout == seconds(0));
  ::unsetenv("PGCONNECT_TIMEOUT");
  CHECK(!pg::read_connect_settings("dbname=d").timeout);
  CHECK(pg::read_connect_settings("host=h target_session_attrs=prefer-standby").prefer_standby);
}

TEST_CASE("a host that takes the connection and is silent gives way to the next one") {
  const SilentServer silent;
  const auto failure = failure_of("host=127.0.0.1,127.0.0.1 port=" + silent.port() +
                                  ",1 sslmode=disable connect_timeout=2");
  CHECK(failure.kind == base::ErrorKind::temporary);
  CHECK(failure.text.find("no answer within 2s") != std::string::npos);
  CHECK(failure.text.find("port 1 failed: Connection refused") != std::string::npos);
  CHECK(failure.took < seconds(5));
}

TEST_CASE("every address of a name is tried for itself") {
  const SilentServer silent;
  const auto failure =
      failure_of("host=localhost port=" + silent.port() + " sslmode=disable", seconds(1));
  CHECK(failure.kind == base::ErrorKind::temporary);
  CHECK(failure.text.find("no answer within 1s") != std::string::npos);
  CHECK(failure.took < seconds(4));
}

TEST_CASE("hosts whose names nobody knows and hosts that refuse are all named") {
  const auto failure = failure_of("host=no-such-host.invalid,127.0.0.1 port=1,1");
  CHECK(failure.kind == base::ErrorKind::temporary);
  CHECK(failure.text.find("no-such-host.invalid") != std::string::npos);
  CHECK(failure.text.find("Connection refused") != std::string::npos);
}
