#include "common/signals/stop.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace cdckit::signals {

namespace {

// Process-wide on purpose: signal handlers have nowhere else to look.
std::atomic<int> g_signals{0};
std::atomic<int> g_read_fd{-1};
std::atomic<int> g_write_fd{-1};

extern "C" void on_signal(int number) {
  const int saved = errno;
  if (g_signals.fetch_add(1) > 0) ::_exit(128 + number);
  (void)!::write(g_write_fd.load(), "x", 1);
  errno = saved;
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  if (::sigaction(number, &action, nullptr) != 0) {
    throw base::system_error(base::ErrorKind::bug, "could not install a signal handler", errno);
  }
}

}  // namespace

bool StopToken::stop_requested() const noexcept {
  return source_ != nullptr ? source_->stop_requested() : g_signals.load() > 0;
}
int StopToken::fd() const noexcept {
  return source_ != nullptr ? source_->fd() : g_read_fd.load();
}

bool StopToken::sleep_for(std::chrono::milliseconds duration) const {
  const auto end = std::chrono::steady_clock::now() + duration;
  for (;;) {
    if (stop_requested()) return true;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    io::wait_readable({fd()}, left);
  }
}

StopToken install() {
  if (g_read_fd.load() < 0) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
      throw base::system_error(base::ErrorKind::io, "could not create a pipe", errno);
    }
    g_read_fd = pipe[0];
    g_write_fd = pipe[1];
  }
  handle(SIGPIPE, SIG_IGN);
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
  return {};
}

void request_stop() noexcept {
  g_signals.fetch_add(1);
  if (g_write_fd.load() >= 0) (void)!::write(g_write_fd.load(), "x", 1);
}

}  // namespace cdckit::signals
