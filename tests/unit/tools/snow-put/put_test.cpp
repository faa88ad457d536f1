#include "tools/snow-put/put.hpp"

#include "tests/unit/support/child.hpp"
#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

tests::SqlReply table(const std::string& request) {
  if (request.find("BETWEEN") != std::string::npos) {
    return {{"_CDC_POS"}, {{"0000000000000001/0000000000000001"}}, ""};
  }
  return {{"name", "type", "null?", "primary key"},
          {{"ID", "NUMBER(10,0)", "N", "Y"}, {"_CDC_POS", "VARCHAR", "Y", "N"}},
          ""};
}

std::string insert(int number) {
  const std::string digit = std::to_string(number);
  return R"({"pos":"000000000000000)" + digit + R"(/0000000000000001","key":{"id":)" + digit +
         R"(},"before":null,"after":{"id":)" + digit +
         R"(},"source":{"schema":"public","table":"t","ts_us":1},"op":"c"})"
         "\n";
}

constexpr const char* kHello = R"({"__cdc":"hello","v":1,"run":"r","source":{"a":1},"from":""})"
                               "\n";

struct Run {
  tests::ScratchFolder folder;
  tests::SnowStub stub{table};
  cli::CommonOptions common;

  tests::Output over(const std::string& input) {
    const snow::ConnectionSettings settings = stub.settings();
    return tests::run_captured(
        [&] {
          cli::Context context("snow-put", common, {});
          snow_put::Options options;
          options.merge_every = std::chrono::milliseconds(0);
          options.retry_for = std::chrono::milliseconds(5000);
          try {
            return base::to_int(snow_put::Put(options, context, settings).run());
          } catch (const base::Error& error) {
            return base::to_int(base::exit_code_for(error.kind()));
          }
        },
        input);
  }
};

}  // namespace

TEST_CASE("rows are committed, acknowledged, and not sent twice") {
  Run run;
  run.common.ack = {run.folder.file("ack")};
  const std::string input = kHello + insert(1) + insert(2) +
                            R"({"__cdc":"eof","run":"r","seq":1,"pos":"end"})"
                            "\n";
  const tests::Output first = run.over(input);
  CHECK(first.code == 0);
  CHECK(first.out.find(R"("rows":2)") != std::string::npos);
  CHECK(tests::content_of(run.folder.file("ack")).find(R"("pos":"end")") != std::string::npos);
  const tests::Output second = run.over(input);
  CHECK(second.code == 0);
  CHECK(second.out.empty());
}

TEST_CASE("a tracked input that is cut off is 75") {
  Run run;
  CHECK(run.over(kHello + insert(1)).code == 75);
}

TEST_CASE("an event without a position is bad input") {
  Run run;
  CHECK(run.over(R"({"before":null,"after":{"id":1},"source":{"schema":"s","table":"t"},"op":"c"})"
                 "\n")
            .code == 65);
}
