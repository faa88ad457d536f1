#include "tests/simulation/world.hpp"

#include "common/base/error.hpp"

#include <algorithm>
#include <array>
#include <cxxabi.h>
#include <stdexcept>
#include <utility>

namespace cdckit::simulation {

namespace {

constexpr std::size_t kStack = 256U << 10U;
constexpr std::size_t kPipe = 4096;
// What no write is cut within. The kernel has pages; shorter ones cut more lines.
constexpr std::size_t kPage = 8;

// makecontext() passes ints only.
thread_local Process* entering = nullptr;
thread_local World* entered = nullptr;

void enter() {
  Process& process = *entering;
  World& world = *entered;
  try {
    process.body();
  } catch (const Killed&) {
    process.code = -1;
  } catch (const std::exception& error) {
    if (world.failure.empty()) world.failure = error.what();
  }
  process.alive = false;
  world.yield(process);
}

}  // namespace

World::World(std::uint64_t seed, Plant planted) : random(seed), plant(planted) {}

void World::start(Process& process, std::function<void()> body) {
  process.alive = true;
  process.killed = process.stopped = false;
  process.code = -1;
  process.waits_for.clear();
  process.wakes_at = now;
  process.exceptions = {};
  process.forget_files();
  process.body = std::move(body);
  if (!process.stack) process.stack = std::make_unique<char[]>(kStack);
  ::getcontext(&process.context);
  process.context.uc_stack.ss_sp = process.stack.get();
  process.context.uc_stack.ss_size = kStack;
  process.context.uc_link = nullptr;
  ::makecontext(&process.context, enter, 0);
}

// A fiber may give way inside of a catch block: what is being caught belongs to it.
void World::resume(Process& process) {
  entering = &process;
  entered = this;
  auto* const globals = reinterpret_cast<std::byte*>(abi::__cxa_get_globals());
  std::array<std::byte, 16> mine{};
  std::copy_n(globals, mine.size(), mine.begin());
  std::copy(process.exceptions.begin(), process.exceptions.end(), globals);
  ::swapcontext(&scheduler_, &process.context);
  std::copy_n(globals, mine.size(), process.exceptions.begin());
  std::copy(mine.begin(), mine.end(), globals);
  if (!process.alive) end(process);
}

void World::yield(Process& process) {
  ::swapcontext(&process.context, &scheduler_);
}

// What the kernel does when a process ends, however it does.
void World::end(Process& process) {
  files.release(&process == &source ? 0 : 1);
  if (&process == &source) {
    queue.clear();  // its thread dies with it
    writer_open = false;
  } else {
    reader_open = false;
    woken = true;
  }
}

bool World::runnable(const Process& process) const {
  if (!process.alive) return false;
  if (process.killed || process.wakes_at <= now) return true;
  return std::any_of(process.waits_for.begin(), process.waits_for.end(), [&](int fd) {
    return process.ready(fd);
  });
}

// The source's output thread.
void World::move_bytes() {
  if (queue.empty() || !reader_open || pipe.size() >= kPipe) return;
  const std::size_t most = std::min(queue.size(), kPipe - pipe.size());
  const std::size_t count =
      one_in(4) ? std::min(most, std::max(kPage, 1 + random.below(most))) : most;
  pipe.append(queue, 0, count);
  queue.erase(0, count);
  woken = woken || queue.empty();
}

void World::strike(Fault fault) {
  const auto kill = [](Process& process) { process.killed = process.alive; };
  switch (fault) {
    case Fault::none:
      break;
    case Fault::kill_source:
      kill(source);
      break;
    case Fault::kill_sink:
      kill(sink);
      break;
    case Fault::power_cut:
      kill(source);
      kill(sink);
      files.power_cut(random);
      break;
    case Fault::stop_source:
      source.stopped = true;
      break;
    case Fault::stop_sink:
      sink.stopped = true;
      break;
    case Fault::stop_both:
      source.stopped = sink.stopped = true;
      break;
  }
}

// One process goes on for a while. False when both have ended.
bool World::turn() {
  move_bytes();
  const bool first = runnable(source);
  const bool second = runnable(sink);
  if (first || second) {
    resume(first && (!second || one_in(2)) ? source : sink);
  } else if (source.alive || sink.alive) {
    auto next = io::System::Time::max();
    if (source.alive) next = std::min(next, source.wakes_at);
    if (sink.alive) next = std::min(next, sink.wakes_at);
    if (next == io::System::Time::max()) throw std::runtime_error("both processes wait for ever");
    now = next;
  }
  now += std::chrono::microseconds(random.below(2000));
  return source.alive || sink.alive;
}

void World::run(std::function<void()> from, std::function<void()> to, Fault fault) {
  queue.clear();
  pipe.clear();
  writer_open = reader_open = true;
  start(source, std::move(from));
  start(sink, std::move(to));
  std::uint64_t strikes_in = 1 + random.below(120);
  std::uint64_t turns = 0;
  while (turn()) {
    if (fault != Fault::none && --strikes_in == 0) strike(std::exchange(fault, Fault::none));
    if (++turns > 200'000) throw std::runtime_error("it does not come to an end");
  }
}

}  // namespace cdckit::simulation
