// Runs a function in a process of its own: for what changes the whole process (signals, standard
// streams, locks) or ends it.
#pragma once

#include "tests/unit/support/pipe.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace cdckit::tests {

class Child {
 public:
  // The function's result becomes the exit code; an exception that leaves it is 99. What stands in
  // stdio's buffers is written before: the thread sanitizer's _exit() would write it again.
  explicit Child(const std::function<int()>& body) : pid_((std::fflush(nullptr), ::fork())) {
    if (pid_ != 0) return;
    int code = 99;
    try {
      code = body();
    } catch (...) {
    }
    ::_exit(code);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    kill(SIGKILL);
    (void)wait();
  }

  void kill(int signal) const { ::kill(pid_, signal); }
  // The exit code, or minus the signal that ended it.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

struct Output {
  int code = 0;
  std::string out;
  std::string err;
};

// Runs `body` in a child whose standard streams are files; stdin holds `input`.
inline Output run_captured(const std::function<int()>& body, const std::string& input = {}) {
  const ScratchFolder folder;
  const std::string in = folder.write("in", input);
  const std::string out = folder.file("out");
  const std::string err = folder.file("err");
  Child child([&] {
    const auto redirect = [](const std::string& path, int flags, int to) {
      const int fd = ::open(path.c_str(), flags, 0600);
      ::dup2(fd, to);
      ::close(fd);
    };
    redirect(in, O_RDONLY, 0);
    redirect(out, O_WRONLY | O_CREAT | O_APPEND, 1);
    redirect(err, O_WRONLY | O_CREAT | O_APPEND, 2);
    return body();
  });
  const int code = child.wait();
  return {code, content_of(out), content_of(err)};
}

}  // namespace cdckit::tests
