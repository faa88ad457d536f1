// The net effect of a run of change events on one table: for each key only the last operation is
// kept, as one encoded row `op, missing, key..., others...` (binary COPY fields, no field count).
// Columns that an update left unchanged are taken over from the row that it replaces. A row whose
// key changed is a delete of the old key and a row of the new one that names, behind its other
// fields, the key under which the target still has it: its origin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

// What is appended: the bytes lie at the end of buffer(), from `offset` on.
struct EncodedEvent {
  char op = 'u';  // c r u d; c and r may become u
  std::size_t offset = 0;
  std::size_t key_offset = 0;
  std::size_t key_length = 0;  // 0: a table without key, nothing replaces it
  bool masked = false;
};

// A row that only names a key, for the key that a row leaves.
struct LeavingKey {
  std::string_view row;
  std::size_t key_offset = 0;  // in row
  std::size_t key_length = 0;
};

struct FoldedRow {
  std::string_view fields;  // without the origin
  std::string_view origin;  // key fields; empty: the row's own key
  std::size_t key_offset = 0;
};

class EventFold {
 public:
  // Encode a row to the end of this, then add() it.
  std::string& buffer() noexcept { return rows_; }
  // False when the event needs the row that an earlier delete of the same run took away.
  bool add(const EncodedEvent& event, const std::vector<std::size_t>& active);
  // The event's row comes from another key. `event.op` is u when the row must be there, else c.
  // False, with the buffer cut off, when an earlier event of the same run deleted that row.
  bool add_moved(const EncodedEvent& event,
                 const LeavingKey& from,
                 const std::vector<std::size_t>& active);

  // Of a table without key: the row that was added last, and to give one up.
  [[nodiscard]] std::size_t newest() const noexcept { return entries_.size() - 1; }
  void drop(std::size_t entry);

  // Rows to send, in order of their last change.
  void for_each(const std::function<void(const FoldedRow&)>& visit) const;
  // The same rows by key, so that neighbours meet: nothing may be added until clear().
  void sort_by_key();
  void clear();
  // clear(), and gives the memory back.
  void release();
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t rows() const noexcept { return live_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return rows_.size(); }
  [[nodiscard]] std::size_t count(char op) const;
  [[nodiscard]] bool any_masked() const;
  [[nodiscard]] bool any_moved() const;

 private:
  // Small, since there is one for each event; a line, and so its row, is shorter than 4 GiB.
  struct Entry {
    std::size_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t key_offset = 0;  // from offset
    std::uint32_t key_length = 0;
    std::uint32_t origin_length = 0;  // at the row's end, counted in length
    char op = 'u';
    bool masked = false;
    bool live = true;
  };

  [[nodiscard]] std::string_view row(const Entry& entry) const {
    return std::string_view(rows_).substr(entry.offset, entry.length);
  }
  [[nodiscard]] std::string_view key(const Entry& entry) const {
    return row(entry).substr(entry.key_offset, entry.key_length);
  }
  // Keys that only grow, as those of new rows mostly do, need no index to be new. In the index the
  // rest of the hash says so for most keys, without a look at another row.
  struct Slot {
    std::uint32_t entry = 0;  // index + 1
    std::uint32_t rest = 0;
  };
  // The slot of the key: where it is or would go, `rest` set.
  Slot& find(std::string_view wanted);
  void index_entries();
  // The same for a key about to be added: what is needed is made first.
  Slot& slot_for(std::string_view wanted);
  [[nodiscard]] Entry entry_of(const EncodedEvent& event) const;
  [[nodiscard]] std::string_view origin(const Entry& entry) const {
    return row(entry).substr(entry.length - entry.origin_length);
  }
  bool replace(const Entry& old_entry, Entry& entry, const std::vector<std::size_t>& active);
  bool insert(Entry entry, const std::vector<std::size_t>& active);
  void set_origin(Entry& entry, std::string_view key_fields);
  [[nodiscard]] bool is_next(const Entry& entry) const {
    return entries_.empty() || key(entries_.back()) < key(entry);
  }
  void take_over(const Entry& old_entry, Entry& entry, const std::vector<std::size_t>& active);

  std::string rows_;
  std::string scratch_;
  std::string moved_;  // scratch: a row that moves
  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  // size a power of two; of all entries unless ascending_
  bool ascending_ = true;    // each key is above the one before
  std::size_t keys_ = 0;
  std::size_t live_ = 0;
};

}  // namespace cdckit::pg_load
