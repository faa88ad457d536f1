// kcat-cdc: lines to Kafka records (produce), records to lines (consume).
#include "common/event/schema.hpp"
#include "tests/bench/instructions/input.hpp"
#include "tests/bench/instructions/work.hpp"
#include "tools/kcat-cdc/value/line_builder.hpp"
#include "tools/kcat-cdc/value/record_builder.hpp"

#include <vector>

namespace cdckit::bench {
namespace {

using namespace cdckit::kcat_cdc;

const std::string kTopic = "flights.public.many";
constexpr std::size_t kBatch = 128U << 10U;  // then it would be written

class Produce final : public Work {
 public:
  explicit Produce(std::string path) : path_(std::move(path)) {}

  void pass() override {
    each_item(path_, [this](const event::Item& item) {
      if (item.control.kind == event::ControlKind::schema && item.kind == event::ItemKind::control)
        schema_hash_ = event::schema_hash(item.control.line);
      if (item.kind != event::ItemKind::event) return;
      kafka::Outgoing record;
      if (builder_.build(item.event, 0, kTopic, schema_hash_, record) != Built::record)
        throw std::runtime_error(std::string(builder_.reason()));
      bytes_ += record.value->size() + record.headers.size();
      count();
    });
  }

 private:
  std::string path_;
  std::string schema_hash_;
  RecordBuilder builder_;
  std::uint64_t bytes_ = 0;
};

// A record that owns what the consumer only points at.
struct Stored {
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

class Consume final : public Work {
 public:
  explicit Consume(const std::string& path) {
    RecordBuilder builder;
    each_item(path, [&](const event::Item& item) {
      if (item.kind != event::ItemKind::event) return;
      kafka::Outgoing record;
      (void)builder.build(item.event, 0, kTopic, "0123456789abcdef", record);
      Stored& stored = stored_.emplace_back();
      stored.key = record.key.value_or("");
      stored.value = *record.value;
      for (const kafka::Header& header : record.headers)
        stored.headers.emplace_back(header.name, header.value.value_or(""));
    });
  }

  void pass() override {
    kafka::Record record;
    record.topic = "flights.public.many";
    record.timestamp_ms = 1'795'993'204'000;
    for (const Stored& stored : stored_) {
      ++record.offset;
      record.key = stored.key;
      record.value = stored.value;
      record.headers.clear();
      for (const auto& [name, value] : stored.headers) record.headers.push_back({name, value});
      if (const char* reason = lines_.append_line(out_, record)) throw std::runtime_error(reason);
      count();
      if (out_.size() < kBatch) continue;
      taken(out_);
      out_.clear();
    }
  }

 private:
  std::vector<Stored> stored_;
  LineBuilder lines_;
  std::string out_;
};

}  // namespace

std::unique_ptr<Work> make_work(std::string_view name, const std::string& path) {
  if (name == "produce") return std::make_unique<Produce>(path);
  if (name == "consume") return std::make_unique<Consume>(path);
  refuse(name);
}

}  // namespace cdckit::bench
