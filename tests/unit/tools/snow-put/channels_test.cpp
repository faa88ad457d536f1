#include "tools/snow-put/channels.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/snow_stub.hpp"
#include "tests/unit/tools/snow-put/fake_transport.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::ChannelWriter;
using snow_put::Origin;

namespace {

constexpr auto kNothing = std::numeric_limits<std::uint64_t>::max();

struct Setup {
  tests::SnowStub stub{[](const std::string&) {
    return tests::SqlReply{
        {"name", "type", "null?", "primary key"}, {{"ID", "FLOAT", "N", "Y"}}, ""};
  }};
  snow_put::Options options;
  snow::SqlApi api{stub.settings(), {}};
  snow_put::TargetCatalog catalog{options, {"CDC", "RAW"}, api};
  snow_put::FakeService service;
  snow_put::Uploader uploader{std::make_unique<snow_put::FakeTransport>(service),
                              {.poll_every = std::chrono::milliseconds(1)}};
  snow_put::Channels channels{catalog, uploader, "p", false};

  void add(ChannelWriter& writer, std::uint64_t number) {
    writer.begin_row() += "{}\n";
    writer.end_row({number, {Origin::stream, {number, 1}}, 0, 0}, "", number);
  }
  void settle() {
    for (auto& group : uploader.take()) {
      channels.by_id(group.channel).settle(group.batches.size());
    }
  }
};

}  // namespace

TEST_CASE("one channel a table without Kafka, one a partition with it") {
  Setup setup;
  ChannelWriter& direct = setup.channels.for_event({"public", "t", "", ""});
  CHECK(direct.name == "p_public.t");
  CHECK(&setup.channels.for_event({"public", "t", "", ""}) == &direct);
  ChannelWriter& first = setup.channels.for_event({"public", "t", "topic.a", "0"});
  ChannelWriter& second = setup.channels.for_event({"public", "t", "topic.a", "1"});
  CHECK(first.name == "p_topic.a_0");
  CHECK(second.name == "p_topic.a_1");
  CHECK(second.partition == 1);
  CHECK(first.target == second.target);
  CHECK(&setup.channels.for_event({"public", "t", "", ""}) == &direct);
}

TEST_CASE("a token of somebody else is refused") {
  Setup setup;
  setup.service.channels["p_public.t"].committed = "strange";
  CHECK_THROWS_AS(setup.channels.for_event({"public", "t", "", ""}), base::Error);
}

TEST_CASE("revoked channels are flushed and forgotten, and open anew when they come back") {
  Setup setup;
  ChannelWriter& writer = setup.channels.for_event({"public", "t", "x", "0"});
  setup.add(writer, 1);
  CHECK(setup.channels.has_open_batch());
  CHECK(setup.channels.oldest_outstanding() == 1);
  setup.channels.revoke({{"x", 1}});
  CHECK(setup.channels.has_open_batch());
  setup.channels.revoke({{"x", 0}});
  CHECK_FALSE(setup.channels.has_open_batch());
  setup.channels.on_wait([&] { setup.settle(); });
  ChannelWriter& again = setup.channels.for_event({"public", "t", "x", "0"});
  CHECK(again.marks.cover({Origin::stream, {1, 1}}));
  CHECK(setup.channels.all().size() == 1);
  CHECK(setup.channels.oldest_outstanding() == kNothing);
}

TEST_CASE("only batches that are old enough go out") {
  Setup setup;
  setup.add(setup.channels.for_event({"public", "t", "", ""}), 1);
  setup.channels.flush_opened_before(std::chrono::steady_clock::now() - std::chrono::hours(1));
  CHECK(setup.channels.has_open_batch());
  setup.channels.flush_opened_before(std::chrono::steady_clock::now());
  CHECK_FALSE(setup.channels.has_open_batch());
}
