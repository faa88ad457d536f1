#include "tools/snow-put/settlement.hpp"

#include "tests/unit/support/child.hpp"
#include "tests/unit/support/snow_stub.hpp"
#include "tests/unit/tools/snow-put/fake_transport.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::Origin;

namespace {

// The journal holds the row at 1 only.
tests::SqlReply server(const std::string& request) {
  if (request.find("BETWEEN") != std::string::npos) {
    return {{"_CDC_POS"}, {{"0000000000000001/0000000000000001"}}, ""};
  }
  return {{"name", "type", "null?", "primary key"}, {{"ID", "FLOAT", "N", "Y"}}, ""};
}

// Two rows are committed, one of them was refused; what comes out with this --on-error.
int settle_two(const snow::ConnectionSettings& settings,
               const tests::ScratchFolder& folder,
               const std::string& on_error) {
  cli::CommonOptions common;
  common.on_error = on_error;
  common.reject = folder.file("bad");
  cli::Context context("snow-put", common, {});
  snow_put::Options options;
  snow::SqlApi api(settings, {});
  snow_put::TargetCatalog catalog(options, {"CDC", "RAW"}, api);
  snow_put::FakeService service;
  snow_put::Uploader uploader(std::make_unique<snow_put::FakeTransport>(service), {});
  snow_put::Channels channels(catalog, uploader, "p", true);
  pipe::SinkEnd end(context, {.name = "test"});
  snow_put::Settlement settlement(context, end.input(), channels, api);
  snow_put::ChannelWriter& writer = channels.for_event({"s", "t", "", ""});
  for (std::uint64_t number = 1; number <= 2; ++number) {
    writer.begin_row() += "{}\n";
    writer.end_row({number, {Origin::stream, {number, 1}}, 0, 0}, R"({"line":2})", number);
  }
  snow_put::Committed group;
  group.channel = writer.id;
  group.row_errors = 1;
  group.error_message = "no number";
  group.batches.push_back(writer.cut());
  std::vector<snow_put::Committed> groups;
  groups.push_back(std::move(group));
  try {
    settlement.settle(std::move(groups), end);
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
  CHECK(done.out.find(R"("rows":2)") != std::string::npos);
}

TEST_CASE("it ends the run when bad rows must") {
  const tests::ScratchFolder folder;
  CHECK(in_child("stop", folder).code == 65);
}
