#include "tools/snow-put/ingest/settlement.hpp"

#include "tests/unit/support/child.hpp"
#include "tests/unit/support/snow_stub.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using event::Origin;

namespace {

bool failing = false;

// The journal holds the row at 1 only.
tests::SqlReply server(const std::string& request) {
  if (request.find("BETWEEN") != std::string::npos) {
    if (failing) return {{}, {}, "000606"};
    return {{"_CDC_POS"}, {{"0000000000000001/0000000000000001"}}, ""};
  }
  return {{"name", "type", "null?", "primary key"},
          {{"ID", "FLOAT", "N", "Y"}, {"_CDC_POS", "VARCHAR", "Y", "N"}},
          ""};
}

// Two rows are committed, one of them was refused; what comes out with this --on-error.
int settle_two(const snow::ConnectionSettings& settings,
               const tests::ScratchFolder& folder,
               const std::string& on_error) {
  cli::CommonOptions common;
  common.on_error = on_error;
  common.reject = folder.file("bad");
  cli::Context context("snow-put", common, {});
  snow_put::TargetCatalog catalog(snow_put::TableKeeper({}, {"CDC", "RAW"}));
  snow_put::NetworkSettings network_settings;
  network_settings.connection = settings;
  snow_put::Network network(network_settings);
  snow_put::SqlOwner sql(settings, {}, -1);
  snow_put::Channels channels(catalog, network, sql, {"p", 1, true});
  const auto wait = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    channels.opened(network.take().opened);
    for (const snow_put::SqlOwner::Done& done : sql.take()) done();
  };
  channels.on_wait(wait);
  pipe::SinkEnd end(context, {.name = "test"});
  snow_put::BadRows bad_rows(end);
  snow_put::Settlement settlement(context, end, bad_rows, channels, sql);
  snow_put::Shards& shards = channels.for_event({"s", "t", "", "", ""});
  snow::SqlApi api(settings, {});
  snow_put::Target& target = *shards.target;
  catalog.install(target, catalog.keeper().prepare(api, target, std::nullopt));
  while (!channels.open(shards)) wait();
  snow_put::ChannelWriter& writer = shards.of("");
  for (std::uint64_t number = 1; number <= 2; ++number) {
    writer.begin_row() += "{}\n";
    writer.end_row(
        {number, {event::Origin::stream, {number, 1}, 0}, 0}, 0, R"({"line":2})", number);
  }
  snow_put::Committed group;
  group.channel = writer.id;
  group.settled.row_errors = 1;
  group.settled.error_message = "no number";
  group.settled.all = true;
  group.settled.batches.push_back(writer.cut());
  std::vector<snow_put::Committed> groups;
  groups.push_back(std::move(group));
  try {
    settlement.settle(std::move(groups));
    while (!settlement.idle()) wait();
    bad_rows.rethrow();
  } catch (const base::Error& error) {
    return base::to_int(base::exit_code_for(error.kind()));
  }
  end.sync_rejects();
  return static_cast<int>(end.rejected());
}

tests::Output in_child(const std::string& on_error, const tests::ScratchFolder& folder) {
  const tests::SnowStub stub(server);
  const snow::ConnectionSettings settings = stub.settings();
  return tests::run_captured([&] { return settle_two(settings, folder, on_error); });
}

}  // namespace

TEST_CASE("a row that the service refused is found by what the journal lacks") {
  const tests::ScratchFolder folder;
  const tests::Output done = in_child("reject", folder);
  CHECK(done.code == 1);
  const std::string bad = tests::content_of(folder.file("bad"));
  CHECK(bad.find(R"("line":2)") != std::string::npos);
  CHECK(bad.find("no number") != std::string::npos);
  CHECK(bad.find("0000000000000002/0000000000000001") != std::string::npos);
  CHECK(done.out.find(R"("rows":1)") != std::string::npos);
}

TEST_CASE("it ends the run when bad rows must") {
  const tests::ScratchFolder folder;
  CHECK(in_child("stop", folder).code == 65);
}

TEST_CASE("where the journal cannot be asked they are counted, and nothing ends") {
  const tests::ScratchFolder folder;
  failing = true;
  const tests::Output done = in_child("reject", folder);
  failing = false;
  CHECK(done.code == 1);
  CHECK(tests::content_of(folder.file("bad")).find("1 rows of channel") != std::string::npos);
}
