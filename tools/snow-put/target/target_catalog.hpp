// The targets of a run: which table a source goes to and what is known of it, how its values are
// read and its rows written. Asks nobody: what the SQL owner finds out comes in by install().
// The thread that reads stdin.
#pragma once

#include "common/debezium/event_decoder.hpp"
#include "common/event/schema.hpp"
#include "common/snow/streaming_request.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/rows/row_encoder.hpp"
#include "tools/snow-put/target/table_keeper.hpp"
#include "tools/snow-put/target/table_state.hpp"
#include "tools/snow-put/target/target_settings.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

struct Target : TableIdentity, TableState {
  snow::PipeAddress pipe;
  std::unique_ptr<RowEncoder> encoder;
  // Null: its events are plain, or stored as they are.
  std::unique_ptr<debezium::EventDecoder> decoder;
  std::optional<event::TableSchema> shape;  // the schema line in force for the rows that are read
  bool known = false;                       // its table was looked at
  // Lines of it wait: it is looked at, made or altered, or a channel of it is being opened.
  bool busy = false;

  [[nodiscard]] const TableIdentity& identity() const noexcept { return *this; }
  [[nodiscard]] const TableState& state() const noexcept { return *this; }
};

class TargetCatalog {
 public:
  explicit TargetCatalog(TableKeeper keeper);

  // What `hello` says about the values' encoding, "" when it says nothing. Throws data for one that
  // is not known.
  void hello(std::string_view encoding);
  // A `schema` line is remembered. Its target, when that must follow it: it has one already, or is
  // to have one as soon as its shape is known.
  Target* learn(const event::TableSchema& schema);
  // Throws config for a source whose table is another one's.
  Target& for_events(const std::string& schema, const std::string& table);
  // --table for plain rows. Throws usage without one.
  Target& for_rows();
  // What its table looks like now.
  void install(Target& target, TableState state) const;
  // The schema in force changes how values are read, and perhaps whether rows can be stored: true
  // when that is decided without asking anybody.
  bool settles(Target& target, const event::TableSchema& schema) const;

  [[nodiscard]] const TableKeeper& keeper() const noexcept { return keeper_; }
  [[nodiscard]] const Place& place() const noexcept { return keeper_.place(); }
  [[nodiscard]] snow::TableAddress address(const std::string& table) const {
    return keeper_.address(table);
  }
  [[nodiscard]] Layout layout() const noexcept { return keeper_.settings().rows.layout; }
  // Stored names of the mirrors that have got a target so far.
  [[nodiscard]] std::vector<std::string> mirrors() const;

 private:
  [[nodiscard]] std::unique_ptr<Target> make_target(const std::string& name,
                                                    const std::string& table) const;
  void make_encoder(Target& target) const;
  void make_decoder(Target& target) const;

  TableKeeper keeper_;
  debezium::DecoderSettings decoding_;
  TableNames names_;
  std::map<SourceName, event::TableSchema> schemas_;
  std::map<SourceName, std::unique_ptr<Target>> by_source_;
  std::unique_ptr<Target> rows_target_;
};

}  // namespace cdckit::snow_put
