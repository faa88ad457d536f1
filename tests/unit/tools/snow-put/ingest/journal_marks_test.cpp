#include "tools/snow-put/ingest/journal_marks.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("the journal says how far a forgotten channel was") {
  tests::SnowStub stub([](const std::string&) {
    return tests::SqlReply{{"channel", "stream", "snapshot"},
                           {{"c", "0000000000000009/0000000000000001", "\x01NULL"}},
                           ""};
  });
  snow::SqlApi api(stub.settings(), {});
  snow_put::Target target;
  target.table = {"D", "S", "T_JOURNAL"};
  snow_put::ChannelWriter writer(1, target, "c", false);
  CHECK_FALSE(snow_put::wants_recall(writer));  // that journal does not know channels
  target.description.columns.push_back({"_CDC_CHANNEL", "VARCHAR", {}, true, false, ""});
  CHECK(snow_put::wants_recall(writer));
  const auto found = snow_put::recall_marks(api, target.table, {writer.name, "other"});
  CHECK(found.size() == 1);
  writer.marks = found.at("c");
  CHECK(writer.marks.cover({event::Origin::stream, {9, 1}, 0}));
  CHECK_FALSE(writer.marks.cover({event::Origin::snapshot, {9, 1}, 0}));
  CHECK_FALSE(snow_put::wants_recall(writer));  // known by now
  CHECK(snow_put::journal_marks_sql(target.table, {"a", "c'd"}).find("('a', 'c''d')") !=
        std::string::npos);
}
