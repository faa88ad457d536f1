// The sink's half of an ack file: held by flock while the sink lives, replaced (temporary + rename)
// when everything before a checkpoint is durable. Acks never go back. Without a path it does
// nothing.
#pragma once

#include "common/ack/ack_record.hpp"
#include "common/event/control.hpp"
#include "common/io/locked_file.hpp"

#include <memory>
#include <string>

namespace cdckit::ack {

class SinkAck {
 public:
  // Throws temporary when another sink holds the file, cannot_create when it cannot be made.
  SinkAck(const std::string& path, std::string sink);

  // Remember run and source for the acks to come. A sink must refuse a second hello of another
  // run only if it cannot tell whose rows it holds; here the newest hello counts.
  void hello(const event::Control& hello);
  // Everything read before this checkpoint (or eof) is durable, `rows_ok` and `rows_rejected` in
  // all. A checkpoint not newer than the last one of the same run is ignored. Failure to write is
  // logged by the caller and thrown as io: delivery may go on, nothing is lost.
  void acknowledge(std::uint64_t seq,
                   const std::string& pos,
                   std::uint64_t rows_ok,
                   std::uint64_t rows_rejected);
  [[nodiscard]] bool enabled() const noexcept { return file_ != nullptr; }
  [[nodiscard]] std::uint64_t last_seq() const noexcept { return record_.seq; }

 private:
  std::unique_ptr<io::LockedFile> file_;
  Record record_;
};

}  // namespace cdckit::ack
