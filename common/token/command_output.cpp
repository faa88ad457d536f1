#include "common/token/command_output.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace cdckit::token {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kLongestOutput = 1U << 20U;

// A thread of a library may have every signal blocked: the child must not inherit that.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) sigaddset(&defaults, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

class Actions {
 public:
  explicit Actions(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, 1);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

Error refused(const std::string& why) {
  return {ErrorKind::permission, "could not get a token: the command of --token-command " + why};
}

pid_t start(const std::string& command, int output) {
  const Actions actions(output);
  const Attributes attributes;
  std::string shell = "sh";
  std::string flag = "-c";
  std::string text = command;
  std::array<char*, 4> words{shell.data(), flag.data(), text.data(), nullptr};
  pid_t pid = 0;
  const int code =
      posix_spawn(&pid, "/bin/sh", actions.get(), attributes.get(), words.data(), environ);
  if (code != 0) throw base::system_error(ErrorKind::io, "could not start a shell", code);
  return pid;
}

// What it prints until it closes its stdout; nothing when that takes too long or is too much.
std::optional<std::string> read_all(int fd, Clock::time_point end) {
  std::string out;
  std::array<char, 4096> block{};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (left.count() <= 0 || out.size() > kLongestOutput) return std::nullopt;
    if (io::wait_readable({fd}, left) == 0) continue;
    const std::size_t count = io::read_some(fd, block, "the token command");
    if (count == 0) return out;
    out.append(block.data(), count);
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

secrets::Secret command_output(const std::string& command, milliseconds limit) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw base::system_error(ErrorKind::io, "could not create a pipe", errno);
  const io::FileDescriptor reading(ends[0]);
  io::FileDescriptor writing(ends[1]);
  const pid_t pid = start(command, writing.get());
  writing.reset();
  auto output = read_all(reading.get(), Clock::now() + limit);
  if (!output) ::kill(-pid, SIGKILL);
  const int status = wait_for(pid);
  if (!output) throw refused("did not end in " + std::to_string(limit.count() / 1000) + " s");
  secrets::Secret secret(std::move(*output));
  if (WIFSIGNALED(status)) throw refused("was ended by signal " + std::to_string(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) throw refused("ended with " + std::to_string(WEXITSTATUS(status)));
  std::string_view text = secret.reveal();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.empty()) throw refused("printed nothing");
  return secrets::Secret(std::string(text));
}

}  // namespace cdckit::token
