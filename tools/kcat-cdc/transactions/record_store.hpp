// Copies of records one behind the other, in blocks that do not move. What they take is what they
// hold, and little more: nothing doubles when it grows, and stores that are filled and emptied by
// turns share their blocks. Pure, one thread.
#pragma once

#include "common/kafka/record.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace cdckit::kcat_cdc {

class BlockPool {
 public:
  static constexpr std::size_t kBlock = 1U << 20U;
  using Bytes = std::unique_ptr<char[]>;

  Bytes take();
  void give(Bytes bytes) { free_.push_back(std::move(bytes)); }

 private:
  std::vector<Bytes> free_;
};

class RecordStore {
 public:
  // A place between two records.
  struct Place {
    std::size_t records = 0;  // in front of it
    std::size_t block = 0;
    std::size_t byte = 0;   // in the block
    std::size_t total = 0;  // bytes in front of it
  };

  explicit RecordStore(std::shared_ptr<BlockPool> pool) : pool_(std::move(pool)) {}
  RecordStore(const RecordStore&) = delete;
  RecordStore& operator=(const RecordStore&) = delete;
  RecordStore(RecordStore&&) = default;
  RecordStore& operator=(RecordStore&&) = default;
  ~RecordStore() = default;

  void add(const kafka::Outgoing& record);
  // Forgets what is behind it.
  void cut(const Place& place);
  void clear() { cut({}); }
  [[nodiscard]] std::size_t records() const noexcept { return end_.records; }
  [[nodiscard]] std::size_t bytes() const noexcept { return end_.total; }
  // The bytes with this record.
  [[nodiscard]] std::size_t bytes_with(const kafka::Outgoing& record) const noexcept;
  [[nodiscard]] const Place& end() const noexcept { return end_; }
  // The record behind the place, which moves on; slices of the store and of `headers`.
  kafka::Outgoing read(Place& place, std::vector<kafka::Header>& headers) const;
  [[nodiscard]] const std::shared_ptr<BlockPool>& pool() const noexcept { return pool_; }

 private:
  struct Block {
    BlockPool::Bytes bytes;
    std::size_t size = 0;
    std::size_t used = 0;
  };

  [[nodiscard]] std::size_t room() const noexcept {
    return blocks_.empty() ? 0 : blocks_.back().size - blocks_.back().used;
  }
  void open_block(std::size_t least);
  void give_back(Block block);

  std::shared_ptr<BlockPool> pool_;
  std::vector<Block> blocks_;
  Place end_;
};

}  // namespace cdckit::kcat_cdc
