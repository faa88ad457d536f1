// One run of the consumer loop against a mock cluster.
#pragma once

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/kafka/producer.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"
#include "tests/unit/tools/kcat-cdc/temporary.hpp"
#include "tools/kcat-cdc/consume/consume.hpp"

#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace cdckit::test {

struct ConsumeRun : private kafka::DeliveryListener {
  // Makes a topic of one partition that holds these values.
  void fill(const std::string& name, const std::vector<std::string>& values) {
    cluster.make_topic(name, 1);
    kafka::Producer producer(cluster.settings(), std::chrono::seconds(30), *this);
    const auto topic = producer.find_topic(name, std::chrono::seconds(10));
    REQUIRE(topic);
    for (const std::string& value : values) {
      kafka::Outgoing record;
      record.topic = *topic;
      record.value = value;
      REQUIRE(producer.enqueue(record) == kafka::Enqueued::done);
    }
    while (!producer.flush(std::chrono::milliseconds(100))) {
    }
  }

  base::ExitCode go() {
    Pipe output;
    std::string text;
    std::thread reader([&] { text = output.read_all(); });
    cli::Context context("kcat-cdc", common, {});
    base::ExitCode code{};
    message.clear();
    const int fd = ::dup(output.writing.get());
    {
      kcat_cdc::ConsumeLoop loop(
          options, cluster.settings(), std::chrono::seconds(60), context, fd);
      try {
        code = loop.run();
      } catch (const base::Error& error) {
        message = error.what();
        code = base::exit_code_for(error.kind());
      }
    }
    // a run that comes to its end closes its output, also when nobody acknowledged it
    if (!message.empty() && code != base::ExitCode::retry_later) ::close(fd);
    output.writing.reset();
    reader.join();
    lines = base::split(text, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    return code;
  }

  MockCluster cluster;
  Temporary folder;
  kcat_cdc::ConsumeOptions options;
  cli::CommonOptions common;
  std::string message;
  std::vector<std::string> lines;

 private:
  void delivered(std::uint64_t) override {}
  void failed(const kafka::FailedDelivery&) override { FAIL_CHECK("a record was not delivered"); }
};

}  // namespace cdckit::test
