#include "common/pg/resolve.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace cdckit::pg {
namespace {

struct Answer {
  std::string host;
  std::mutex mutex;  // held while the two members behind it are touched
  std::vector<std::string> addresses;
  std::string failure;
  io::FileDescriptor ready{::eventfd(0, EFD_CLOEXEC)};
};

std::string numeric(const addrinfo& entry) {
  std::array<char, NI_MAXHOST> text{};
  const int code = ::getnameinfo(entry.ai_addr,
                                 entry.ai_addrlen,
                                 text.data(),
                                 static_cast<socklen_t>(text.size()),
                                 nullptr,
                                 0,
                                 NI_NUMERICHOST);
  return code == 0 ? std::string(text.data()) : std::string();
}

void ask(Answer& answer, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(answer.host.c_str(), nullptr, &hints, &found);
  const std::lock_guard lock(answer.mutex);
  if (code != 0) {
    answer.failure = code == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(code);
    return;
  }
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    std::string address = numeric(*entry);
    const auto& known = answer.addresses;
    const bool is_new = std::find(known.begin(), known.end(), address) == known.end();
    if (!address.empty() && is_new) answer.addresses.push_back(std::move(address));
  }
  ::freeaddrinfo(found);
}

[[noreturn]] void fail(const std::string& host, const std::string& why) {
  throw base::Error(
      base::ErrorKind::temporary,
      "could not connect: could not translate host name \"" + host + "\" to address: " + why);
}

}  // namespace

std::vector<std::string> resolve(const std::string& host, const std::function<bool(int)>& wait) {
  const auto answer = std::make_shared<Answer>();
  answer->host = host;
  ask(*answer, AI_NUMERICHOST);
  if (!answer->addresses.empty()) return answer->addresses;
  answer->failure.clear();
  std::thread([answer] {
    ask(*answer, 0);
    const std::uint64_t one = 1;
    (void)!::write(answer->ready.get(), &one, sizeof one);
  }).detach();
  if (!wait(answer->ready.get())) fail(host, "no answer in time");
  const std::lock_guard lock(answer->mutex);
  if (answer->addresses.empty()) fail(host, answer->failure);
  return answer->addresses;
}

}  // namespace cdckit::pg
