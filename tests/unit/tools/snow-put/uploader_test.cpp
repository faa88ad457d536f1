#include "tools/snow-put/uploader.hpp"

#include "tests/unit/tools/snow-put/fake_transport.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::make_batch;
using std::chrono::milliseconds;

namespace {

const snow::PipeAddress kPipe{"D", "S", "P"};

snow_put::UploaderSettings quick() {
  snow_put::UploaderSettings settings;
  settings.poll_every = milliseconds(1);
  settings.capacity = 100;
  return settings;
}

std::size_t wait_for(snow_put::Uploader& uploader, std::size_t wanted) {
  std::size_t batches = 0;
  while (batches < wanted) {
    for (const auto& group : uploader.take()) batches += group.batches.size();
    std::this_thread::sleep_for(milliseconds(1));
  }
  return batches;
}

}  // namespace

TEST_CASE("batches go out in order, more than the capacity at a time") {
  snow_put::FakeService service;
  snow_put::Uploader uploader(std::make_unique<snow_put::FakeTransport>(service), quick());
  CHECK(uploader.open(1, kPipe, "c").committed_token.empty());
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) {
    expected.push_back(std::string(80, static_cast<char>('a' + i)));
    uploader.append(1, make_batch("t" + std::to_string(i), expected.back()));
  }
  CHECK(wait_for(uploader, 20) == 20);
  CHECK(service.channels.at("c").rows == expected);
}

TEST_CASE("what the thread throws comes out of the next call") {
  snow_put::FakeService service;
  snow_put::Uploader uploader(std::make_unique<snow_put::FakeTransport>(service), quick());
  uploader.open(1, kPipe, "c");
  service.next_append_faults = {snow::StreamFault::refused};
  uploader.append(1, make_batch("a"));
  while (!uploader.has_news()) std::this_thread::sleep_for(milliseconds(1));
  CHECK_THROWS_AS(uploader.take(), snow::StreamError);
  CHECK_THROWS_AS(uploader.append(1, make_batch("b")), snow::StreamError);
}
