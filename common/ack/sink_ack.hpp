// The sink's half of an ack file: held by flock while the sink lives, replaced (temporary + rename)
// when everything before a checkpoint is durable, and durable itself before a source can read it:
// what the source lets go for it must not come back asked for by an older file after a power cut.
// Acks never go back. Without a path it does nothing. One thread.
#pragma once

#include "common/ack/ack_record.hpp"
#include "common/event/control.hpp"
#include "common/io/locked_file.hpp"

#include <memory>
#include <optional>
#include <string>

namespace cdckit::ack {

class SinkAck {
 public:
  // Throws temporary when another sink holds the file, cannot_create when it cannot be made.
  SinkAck(const std::string& path, std::string sink, io::System& system = io::system());

  // Remember run and source for the acks to come. A sink must refuse a second hello of another
  // run only if it cannot tell whose rows it holds; here the newest hello counts.
  void hello(const event::Control& hello);
  // Everything read before this checkpoint (or eof) is durable, `rows_ok` and `rows_rejected` in
  // all. A checkpoint not newer than the last one of the same run is ignored. Throws io or
  // cannot_create when the file cannot be written: nothing is confirmed then, nothing is lost.
  void acknowledge(std::uint64_t seq,
                   const std::string& pos,
                   std::uint64_t rows_ok,
                   std::uint64_t rows_rejected);
  // For the acks to come: see Record::stored.
  void set_stored(const std::string& pos) { record_.stored = pos; }
  // The newest one, of this process or of an earlier one.
  [[nodiscard]] const std::optional<Record>& newest() const noexcept { return newest_; }
  [[nodiscard]] bool enabled() const noexcept { return file_ != nullptr; }
  [[nodiscard]] std::uint64_t last_seq() const noexcept { return record_.seq; }
  [[nodiscard]] const std::string& run() const noexcept { return record_.run; }

 private:
  io::System& system_;
  std::unique_ptr<io::LockedFile> file_;
  Record record_;
  std::optional<Record> newest_;
};

}  // namespace cdckit::ack
