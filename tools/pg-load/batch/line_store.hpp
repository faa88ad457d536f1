// Input lines kept until they are committed, so that they can be sent again after a lost connection
// and written to the reject file. Held in memory up to a limit, beyond it in an unnamed temporary
// file: memory does not depend on the size of a transaction.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

struct StoredLine {
  std::uint64_t number = 0;  // of the input
  std::uint32_t mark = 0;    // the owner's
  std::string_view text;
};

class LineStore {
 public:
  explicit LineStore(std::size_t memory_limit = 8U << 20U) : memory_limit_(memory_limit) {}

  // Where the file goes (--spool-dir); empty: $TMPDIR, else /tmp.
  void spill_to(const std::string& folder) { folder_ = folder; }
  void append(const StoredLine& line);
  // Lines by index, in order, [from, to). Views are valid during the call. Do not append meanwhile.
  void for_each(std::uint64_t from,
                std::uint64_t to,
                const std::function<void(const StoredLine&)>& visit) const;
  void clear();
  [[nodiscard]] std::uint64_t size() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::uint64_t kStep = 256;

  void spill();
  void prefetch(std::size_t size) const noexcept;
  // Visits whole records of `bytes`, returns how many bytes they took.
  std::size_t visit_records(std::string_view bytes,
                            std::uint64_t& index,
                            std::uint64_t from,
                            std::uint64_t to,
                            const std::function<void(const StoredLine&)>& visit) const;

  std::size_t memory_limit_;
  std::string folder_;
  std::vector<std::uint64_t> places_;  // of every kStep-th record, counted over file and memory
  std::string memory_;
  io::FileDescriptor file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace cdckit::pg_load
