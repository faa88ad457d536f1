// Transactions that the server sends while they run (streaming 'on'): kept in the spool until their
// commit, then given to Changes as if they had come at once, so that lines, positions and order do
// not depend on it. One thread. Throws what the spool and the decoder throw.
#pragma once

#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/change/spool.hpp"
#include "tools/walcat/wire/pgoutput.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cdckit::walcat {

class StreamedTransactions {
 public:
  // Asked while lines are put out; false ends that early.
  using GoOn = std::function<bool()>;

  StreamedTransactions(Changes& changes, std::string folder)
      : changes_(changes), spool_(std::move(folder)) {}

  // Between Stream Start and Stop.
  [[nodiscard]] bool in_block() const noexcept { return in_block_; }
  // Stream Start, Stop, Abort.
  void control(const Message& message);
  // A message inside a block, undecoded.
  void keep(std::uint64_t start, std::string_view bytes);
  // Stream Commit: false when `go_on` ended it.
  bool commit(const Message& message, std::string& out, const GoOn& go_on);

  [[nodiscard]] std::uint64_t spooled_bytes() const noexcept { return spool_.bytes(); }

 private:
  void replay(const SpooledMessage& message, std::string& out);
  void replay_relation(const SpooledMessage& message, std::string& out);
  void begin_once(std::string& out);
  void announce(const SpooledMessage& message, std::string& out);

  Changes& changes_;
  Spool spool_;
  bool in_block_ = false;
  // of the transaction that is being put out
  SpoolReader* reader_ = nullptr;
  PgoutputDecoder decoder_;
  Message begin_;
  bool begun_ = false;
  std::string origin_bytes_;
  // relations that a rolled back subtransaction announced: others may rely on them
  std::unordered_map<std::uint32_t, std::string> unsure_relations_;
};

}  // namespace cdckit::walcat
