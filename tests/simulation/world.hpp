// A machine in one thread: two processes as fibers, a pipe between them, a folder, a clock that
// jumps. Each call into the system is a point where the other process may run, or this one be
// killed or stopped; all choices come from the seed.
#pragma once

#include "common/io/output.hpp"
#include "common/io/system.hpp"
#include "common/signals/stop.hpp"
#include "tests/simulation/files.hpp"
#include "tests/simulation/random.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <ucontext.h>
#include <vector>

namespace cdckit::simulation {

// Leaves a fiber whose process was killed; nothing that it does from then on has an effect.
struct Killed {};

// Numbers that no real descriptor has.
inline constexpr int kInput = 1 << 24;
inline constexpr int kWatch = kInput + 1;
inline constexpr int kStop = kInput + 2;
inline constexpr int kDrained = kInput + 3;
inline constexpr int kFirstFile = kInput + 16;
inline constexpr int kFolder = kInput + 15;

enum class Fault { none, kill_source, kill_sink, power_cut, stop_source, stop_sink, stop_both };

// What is made wrong on purpose, to see that it is found.
enum class Plant {
  nothing,
  ack_before_flush,
  ack_not_durable,
  stale_run_believed,
  file_ahead_believed,
  ledger_out_of_order,
  past_held_position,
  eof_hides_half_a_transaction
};

class World;

class Process final : public io::System, public signals::StopSource {
 public:
  Process(World& world, int number) : world_(world), number_(number) {}

  io::System::Time now() override;
  std::int64_t unix_milliseconds() override;
  std::size_t read_some(int fd, std::span<char> into, std::string_view source) override;
  void write_all(int fd, std::string_view bytes, std::string_view target) override;
  unsigned wait_readable(std::initializer_list<int> fds, std::chrono::milliseconds wait) override;
  int open(const std::string& path, int flags) override;
  int fsync(int fd) override;
  int flock(int fd, int operation) override;
  int link(int fd, const std::string& path) override;
  int rename(const std::string& from, const std::string& to) override;
  int unlink(const std::string& path) override;
  Named named(int fd, const std::string& path) override;
  io::FileDescriptor watch(const std::set<std::string>& folders) override;
  bool drain_watch(int fd) override;
  io::Claim claim(const std::string& name) override;
  [[nodiscard]] bool stop_requested() const noexcept override { return stopped; }
  [[nodiscard]] int fd() const noexcept override { return kStop; }

  void forget_files() { open_.clear(); }
  // Gives way; throws Killed.
  void pause();
  void pause_until(io::System::Time time);
  [[nodiscard]] bool ready(int fd) const;

  bool alive = false;
  bool killed = false;
  bool stopped = false;
  int code = -1;
  std::string run;  // of the source, for the plant that believes any
  std::vector<int> waits_for;
  io::System::Time wakes_at{};
  std::function<void()> body;
  ucontext_t context{};
  std::unique_ptr<char[]> stack;
  std::array<std::byte, 16> exceptions{};  // the fiber's own stack of caught exceptions

 private:
  struct Open {
    File file;
    std::string path;
    std::size_t read = 0;
  };
  [[nodiscard]] Open* file_of(int fd);

  World& world_;
  int number_;
  std::deque<Open> open_;
  std::size_t seen_changes_ = 0;
};

class SimulatedOutput final : public io::Output {
 public:
  SimulatedOutput(World& world, Process& process, std::size_t capacity)
      : world_(world), process_(process), capacity_(capacity) {}
  void submit() override;
  [[nodiscard]] bool full() const override { return pending_bytes() >= capacity_; }
  [[nodiscard]] std::size_t pending_bytes() const override;
  [[nodiscard]] int wake_fd() const noexcept override { return kDrained; }
  void clear_wake() override;
  [[nodiscard]] bool failed() const override;
  bool wait_drained(std::chrono::milliseconds limit) override;
  void close() override;
  [[nodiscard]] bool reader_is_gone() const override;

 private:
  void rethrow() const;
  World& world_;
  Process& process_;
  std::size_t capacity_;
};

class World {
 public:
  World(std::uint64_t seed, Plant plant);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Runs both until they have ended; the fault strikes at a step that the seed chooses.
  void run(std::function<void()> source, std::function<void()> sink, Fault fault);
  // Called by a fiber: back to the scheduler.
  void yield(Process& process);
  [[nodiscard]] bool one_in(std::uint64_t count) { return random.one_in(count); }

  Random random;
  Plant plant;
  Files files;
  Process source{*this, 0};
  Process sink{*this, 1};
  io::System::Time now{std::chrono::seconds(1'000'000)};
  std::string failure;  // a promise that was broken inside of a process
  std::string queue;    // of the source's output thread
  std::string pipe;
  bool woken = false;  // the output thread has news
  bool writer_open = false;
  bool reader_open = false;

 private:
  void start(Process& process, std::function<void()> body);
  void resume(Process& process);
  [[nodiscard]] bool runnable(const Process& process) const;
  void move_bytes();
  void strike(Fault fault);
  void end(Process& process);
  bool turn();

  ucontext_t scheduler_{};
};

}  // namespace cdckit::simulation
