// Holds what the server sends of transactions that are still running: one file a transaction, made
// in the given folder and unlinked at once, so that no crash leaves anything behind. Owns the files
// and one write buffer; memory depends on neither the size nor the number of messages. Throws
// cannot_create when a file cannot be made, io (with a hint) when one cannot be written.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace cdckit::walcat {

// One message as it was received.
struct SpooledMessage {
  std::uint64_t start = 0;  // its own LSN (dataStart)
  std::string_view bytes;   // valid until the next one is read
};

// Reads a finished transaction from its file; ends it when it goes.
class SpoolReader {
 public:
  SpoolReader(io::FileDescriptor file, std::unordered_set<std::uint32_t> aborted);
  // False at the end.
  bool next(SpooledMessage& message);
  // Subtransactions whose changes do not count.
  [[nodiscard]] bool is_aborted(std::uint32_t xid) const { return aborted_.contains(xid); }

 private:
  std::string_view take(std::size_t size);
  void fill(std::size_t size);
  io::FileDescriptor file_;
  std::unordered_set<std::uint32_t> aborted_;
  std::string buffer_;
  std::size_t at_ = 0;
};

class Spool {
 public:
  explicit Spool(std::string folder) : folder_(std::move(folder)) {}
  // $TMPDIR, else /tmp.
  static std::string default_folder();

  // A block of this transaction begins; close() ends it.
  void open(std::uint32_t xid);
  void append(const SpooledMessage& message);
  void close();
  // A subtransaction is rolled back, or the whole when `subxid` is `xid`.
  void abort(std::uint32_t xid, std::uint32_t subxid);
  // The transaction leaves the spool.
  SpoolReader take(std::uint32_t xid);

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t transactions() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    io::FileDescriptor file;
    std::uint64_t bytes = 0;
    std::unordered_set<std::uint32_t> aborted;
  };
  [[nodiscard]] io::FileDescriptor make_file() const;
  void flush();
  void forget(std::uint32_t xid);

  std::string folder_;
  std::unordered_map<std::uint32_t, Entry> entries_;
  Entry* open_ = nullptr;
  std::string buffer_;
  std::uint64_t bytes_ = 0;
};

}  // namespace cdckit::walcat
