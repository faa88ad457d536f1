// The server's own text of what scripts made, kept beside the history.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/history/history_table.hpp"
#include "tools/snow-ddl/objects/made_objects.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct StoredObject {
  std::string kind;
  std::string name;
  std::string ddl;
  std::string script;
};

struct Drift {
  StoredObject object;
  std::string change;  // missing, changed
};

// What the script left behind.
struct LeftObject {
  std::string script;
  MadeObject object;
};

class ObjectStore {
 public:
  ObjectStore(const HistoryTable& history, Execute execute);

  // Asks the server for the objects' texts, many at once, and keeps them. Each object once.
  void keep(const std::vector<LeftObject>& objects);
  // Empty when there is no table yet.
  std::vector<StoredObject> read();
  // What is not as it was kept.
  std::vector<Drift> find_drift();

 private:
  // Nothing for one that is gone, or not to be had for this role.
  using Texts = std::vector<std::optional<std::string>>;
  [[nodiscard]] Texts live_texts(const std::vector<MadeObject>& objects) const;
  [[nodiscard]] Texts ask(const std::vector<MadeObject>& objects) const;

  HistoryTable table_;
  Execute execute_;
};

// Blanks and a last semicolon make no difference.
std::string normalised_ddl(std::string_view ddl);

}  // namespace cdckit::snow_ddl
