#include "tools/kcat-cdc/transactions/record_store.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace cdckit::kcat_cdc {

namespace {

using Text = std::optional<std::string_view>;

constexpr std::uint32_t kNull = UINT32_MAX;

// In front of a record's bytes; then a HeaderSize for each of its headers.
struct Fixed {
  std::uint64_t tag = 0;
  std::int64_t timestamp_ms = 0;
  std::size_t topic = 0;
  std::int32_t partition = 0;
  std::uint32_t headers = 0;
  std::uint32_t key = kNull;
  std::uint32_t value = kNull;
};

struct HeaderSize {
  std::uint32_t name = 0;
  std::uint32_t value = kNull;
};

std::uint32_t size_or_null(const Text& text) noexcept {
  return text ? static_cast<std::uint32_t>(text->size()) : kNull;
}

std::size_t size_of(const Text& text) noexcept {
  return text ? text->size() : 0;
}

std::size_t size_of(const kafka::Outgoing& record) noexcept {
  std::size_t out = sizeof(Fixed) + record.headers.size() * sizeof(HeaderSize) +
                    size_of(record.key) + size_of(record.value);
  for (const kafka::Header& header : record.headers)
    out += header.name.size() + size_of(header.value);
  return out;
}

class Writer {
 public:
  explicit Writer(char* at) noexcept : at_(at) {}
  template <class Value>
  void put(const Value& value) noexcept {
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }
  void put_text(const Text& text) noexcept {
    if (!text || text->empty()) return;
    std::memcpy(at_, text->data(), text->size());
    at_ += text->size();
  }

 private:
  char* at_;
};

class Reader {
 public:
  explicit Reader(const char* at) noexcept : at_(at) {}
  template <class Value>
  Value get() noexcept {
    Value out;
    std::memcpy(&out, at_, sizeof out);
    at_ += sizeof out;
    return out;
  }
  Text get_text(std::uint32_t size) noexcept {
    if (size == kNull) return std::nullopt;
    return std::string_view(std::exchange(at_, at_ + size), size);
  }
  [[nodiscard]] const char* at() const noexcept { return at_; }

 private:
  const char* at_;
};

}  // namespace

BlockPool::Bytes BlockPool::take() {
  if (free_.empty()) return std::make_unique_for_overwrite<char[]>(kBlock);
  Bytes out = std::move(free_.back());
  free_.pop_back();
  return out;
}

std::size_t RecordStore::bytes_with(const kafka::Outgoing& record) const noexcept {
  const std::size_t size = size_of(record);
  return end_.total + size + (size > room() ? room() : 0);
}

// What is left of the last block counts as taken.
void RecordStore::open_block(std::size_t least) {
  end_.total += room();
  const bool is_usual = least <= BlockPool::kBlock;
  blocks_.push_back({is_usual ? pool_->take() : std::make_unique_for_overwrite<char[]>(least),
                     std::max(least, BlockPool::kBlock),
                     0});
  end_.block = blocks_.size() - 1;
  end_.byte = 0;
}

void RecordStore::add(const kafka::Outgoing& record) {
  const std::size_t size = size_of(record);
  if (size > room()) open_block(size);
  Block& block = blocks_.back();
  Writer writer(block.bytes.get() + block.used);
  writer.put(Fixed{record.tag,
                   record.timestamp_ms,
                   record.topic.index,
                   record.partition,
                   static_cast<std::uint32_t>(record.headers.size()),
                   size_or_null(record.key),
                   size_or_null(record.value)});
  for (const kafka::Header& header : record.headers)
    writer.put(
        HeaderSize{static_cast<std::uint32_t>(header.name.size()), size_or_null(header.value)});
  writer.put_text(record.key);
  writer.put_text(record.value);
  for (const kafka::Header& header : record.headers) {
    writer.put_text(header.name);
    writer.put_text(header.value);
  }
  block.used += size;
  end_.byte = block.used;
  end_.total += size;
  ++end_.records;
}

void RecordStore::give_back(Block block) {
  if (block.size == BlockPool::kBlock) pool_->give(std::move(block.bytes));
}

void RecordStore::cut(const Place& place) {
  const std::size_t kept = place.records == 0 ? 0 : place.block + 1;
  while (blocks_.size() > kept) {
    give_back(std::move(blocks_.back()));
    blocks_.pop_back();
  }
  end_ = place;
  if (kept > 0) blocks_.back().used = place.byte;
}

kafka::Outgoing RecordStore::read(Place& place, std::vector<kafka::Header>& headers) const {
  while (place.byte == blocks_[place.block].used) {
    place.total += blocks_[place.block].size - place.byte;
    ++place.block;
    place.byte = 0;
  }
  const char* const begin = blocks_[place.block].bytes.get() + place.byte;
  Reader fixed_part(begin);
  const auto fixed = fixed_part.get<Fixed>();
  Reader bytes(fixed_part.at() + fixed.headers * sizeof(HeaderSize));
  kafka::Outgoing record;
  record.topic = {fixed.topic};
  record.key = bytes.get_text(fixed.key);
  record.value = bytes.get_text(fixed.value);
  headers.clear();
  for (std::uint32_t i = 0; i < fixed.headers; ++i) {
    const auto size = fixed_part.get<HeaderSize>();
    const std::string_view name = *bytes.get_text(size.name);
    headers.push_back({name, bytes.get_text(size.value)});
  }
  record.headers = headers;
  record.partition = fixed.partition;
  record.timestamp_ms = fixed.timestamp_ms;
  record.tag = fixed.tag;
  const auto size = static_cast<std::size_t>(bytes.at() - begin);
  place.byte += size;
  place.total += size;
  ++place.records;
  return record;
}

}  // namespace cdckit::kcat_cdc
