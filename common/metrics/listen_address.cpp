#include "common/metrics/listen_address.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/base/unique_handle.hpp"
#include "common/io/file_descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <sys/socket.h>

namespace cdckit::metrics {

namespace {

[[noreturn]] void refuse(const std::string& given, const std::string& why, std::string hint = {}) {
  throw base::Error(
      base::ErrorKind::config, "could not listen on \"" + given + "\": " + why, std::move(hint));
}

struct HostAndPort {
  std::string host;  // empty: any interface
  std::string port;
};

HostAndPort split(const std::string& given) {
  const auto colon = given.rfind(':');
  HostAndPort out;
  out.port = colon == std::string::npos ? given : given.substr(colon + 1);
  if (colon != std::string::npos) out.host = given.substr(0, colon);
  const bool bracketed = out.host.starts_with('[') && out.host.ends_with(']');
  if (bracketed) out.host = out.host.substr(1, out.host.size() - 2);
  constexpr std::uint64_t kHighest = 65'535;
  const auto number = base::parse_unsigned(out.port);
  const bool usable = number && *number >= 1 && *number <= kHighest;
  if (!usable || (!bracketed && out.host.find(':') != std::string::npos))
    refuse(given, "it is no address such as 127.0.0.1:9187 or [::1]:9187");
  return out;
}

// As the server library would bind it; the port is free again when this returns.
void try_address(const std::string& given, const addrinfo& address) {
  const io::FileDescriptor fd(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  const bool bound =
      fd.get() >= 0 && ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      ::bind(fd.get(), address.ai_addr, address.ai_addrlen) == 0 && ::listen(fd.get(), 1) == 0;
  if (bound) return;
  const int error = errno;
  refuse(given,
         error == EADDRINUSE ? "address in use" : std::strerror(error),
         error == EADDRINUSE      ? "Another process listens there: choose another port."
         : error == EADDRNOTAVAIL ? "This machine has no such address."
                                  : "");
}

std::string numeric_host(const addrinfo& address) {
  std::array<char, NI_MAXHOST> host{};
  if (::getnameinfo(address.ai_addr,
                    address.ai_addrlen,
                    host.data(),
                    host.size(),
                    nullptr,
                    0,
                    NI_NUMERICHOST) != 0)
    return {};
  const std::string text = host.data();
  return text.find(':') == std::string::npos ? text : "[" + text + "]";
}

}  // namespace

std::string listen_address(const std::string& given) {
  const HostAndPort place = split(given);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  wanted.ai_family = place.host.empty() ? AF_INET : AF_UNSPEC;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(
      place.host.empty() ? nullptr : place.host.c_str(), place.port.c_str(), &wanted, &list);
  if (code != 0) refuse(given, "unknown host: " + std::string(::gai_strerror(code)));
  const base::UniqueHandle<addrinfo, ::freeaddrinfo> found(list);
  try_address(given, *found);
  return place.host.empty() ? place.port : numeric_host(*found) + ":" + place.port;
}

}  // namespace cdckit::metrics
