#include "common/io/bounded_queue.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using cdckit::io::BoundedQueue;

TEST_CASE("items come out in order and weigh nothing once they are out") {
  BoundedQueue<int> queue(10);
  CHECK(queue.push(1, 4));
  CHECK(queue.push(2, 6));
  CHECK(queue.weight() == 10);
  CHECK(queue.pop() == 1);
  CHECK(queue.pop() == 2);
  CHECK(queue.weight() == 0);
  CHECK_FALSE(queue.pop_for(1ms));
}

TEST_CASE("a full queue makes the producer wait, an item heavier than the queue passes alone") {
  BoundedQueue<int> queue(10);
  std::atomic<int> pushed{0};
  std::thread producer([&] {
    for (const int weight : {100, 5, 5, 1}) {
      queue.push(weight, static_cast<std::size_t>(weight));
      ++pushed;
    }
  });
  std::this_thread::sleep_for(30ms);
  CHECK(pushed == 1);
  CHECK(queue.pop() == 100);
  while (pushed < 3) std::this_thread::yield();
  std::this_thread::sleep_for(30ms);
  CHECK(pushed == 3);
  CHECK(queue.pop() == 5);
  CHECK(queue.pop() == 5);
  CHECK(queue.pop() == 1);
  producer.join();
}

TEST_CASE("closing wakes both sides; what is queued is still delivered") {
  BoundedQueue<int> queue(1);
  CHECK(queue.push(7, 1));
  std::thread producer([&] { CHECK_FALSE(queue.push(8, 1)); });
  std::this_thread::sleep_for(10ms);
  queue.close();
  producer.join();
  CHECK(queue.closed());
  CHECK_FALSE(queue.finished());
  CHECK(queue.pop() == 7);
  CHECK(queue.finished());
  CHECK_FALSE(queue.pop());
  CHECK_FALSE(queue.push(9, 1));

  BoundedQueue<int> empty(1);
  std::thread consumer([&] { CHECK_FALSE(empty.pop()); });
  std::this_thread::sleep_for(10ms);
  empty.close();
  consumer.join();
}

TEST_CASE("many items across threads: none lost, none twice, order kept") {
  BoundedQueue<std::unique_ptr<int>> queue(64);
  std::thread producer([&] {
    for (int i = 0; i < 20'000; ++i)
      queue.push(std::make_unique<int>(i), static_cast<std::size_t>(i % 7 + 1));
    queue.close();
  });
  int expected = 0;
  bool in_order = true;
  while (auto item = queue.pop()) in_order = in_order && **item == expected++;
  producer.join();
  CHECK(in_order);
  CHECK(expected == 20'000);
}
