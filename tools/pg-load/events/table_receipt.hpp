// The receipt of one table as a batch goes on: what is counted may be undone with the rows that it
// counted, and a receipt that is closed waits for its commit while the next one is open. No I/O.
#pragma once

#include "tools/pg-load/batch/receipt.hpp"
#include "tools/pg-load/events/set_writer.hpp"

#include <optional>
#include <utility>

namespace cdckit::pg_load {

class TableReceipt {
 public:
  explicit TableReceipt(std::string table) { open_.table = std::move(table); }

  Receipt& open() noexcept { return open_; }
  // To the closed one, when there is one: what was handed over is its last.
  void add(const SetCounts& counts) noexcept {
    Receipt& receipt = closed_ ? *closed_ : open_;
    receipt.inserted += counts.inserted;
    receipt.updated += counts.updated;
    receipt.deleted += counts.deleted;
    receipt.unchanged += counts.unchanged;
  }
  void remember() noexcept {
    remembered_ = {.inserted = open_.inserted,
                   .updated = open_.updated,
                   .deleted = open_.deleted,
                   .unchanged = open_.unchanged};
  }
  void restore() noexcept {
    open_.inserted = remembered_.inserted;
    open_.updated = remembered_.updated;
    open_.deleted = remembered_.deleted;
    open_.unchanged = remembered_.unchanged;
  }
  void close() {
    const Receipt empty{.table = open_.table};
    closed_ = std::exchange(open_, empty);
  }
  // The closed one; empty when nothing happened.
  std::optional<Receipt> take_closed() {
    std::optional<Receipt> closed = std::exchange(closed_, std::nullopt);
    if (closed && closed->rows_in == 0 && closed->deleted == 0) closed.reset();
    return closed;
  }
  void forget_closed() noexcept { closed_.reset(); }

 private:
  Receipt open_;
  std::optional<Receipt> closed_;
  SetCounts remembered_;
};

}  // namespace cdckit::pg_load
