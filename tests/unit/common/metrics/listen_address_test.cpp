#include "common/metrics/listen_address.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string complaint(const std::string& address) {
  try {
    return "taken as " + metrics::listen_address(address);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::config);
    return error.what();
  }
}

// A port on which somebody listens while this lives, or which was free a moment ago.
struct Listener {
  Listener() : fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(fd.get(), generic(), length) == 0);
    REQUIRE(::listen(fd.get(), 1) == 0);
    ::getsockname(fd.get(), generic(), &length);
  }
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address); }
  std::string port() const { return std::to_string(ntohs(address.sin_port)); }

  io::FileDescriptor fd;
  sockaddr_in address{};
};

}  // namespace

TEST_CASE("what is no address is said to be none") {
  for (const char* text : {"",
                           "abc",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:http",
                           "127.0.0.1:0",
                           "127.0.0.1:65536",
                           ":-1",
                           "::1:9187",
                           "localhost:9187x"}) {
    CAPTURE(text);
    CHECK(complaint(text) == "could not listen on \"" + std::string(text) +
                                 "\": it is no address such as 127.0.0.1:9187 or [::1]:9187");
  }
}

TEST_CASE("a port that is taken, an address of another machine, a host that nobody knows") {
  const Listener taken;
  const std::string address = "127.0.0.1:" + taken.port();
  CHECK(complaint(address) == "could not listen on \"" + address + "\": address in use");
  CHECK(complaint("192.0.2.1:9187").ends_with("Cannot assign requested address"));
  CHECK(complaint("no-such-host.invalid:9187").find("\": unknown host: ") != std::string::npos);
}

TEST_CASE("hosts become numbers, a port alone is any interface") {
  std::string port;
  {
    const Listener listener;
    port = listener.port();
  }
  CHECK(complaint("127.0.0.1:" + port) == "taken as 127.0.0.1:" + port);
  CHECK(complaint(port) == "taken as " + port);
  const std::string by_name = complaint("localhost:" + port);
  CHECK((by_name == "taken as 127.0.0.1:" + port || by_name == "taken as [::1]:" + port));
}
