#include "common/pipe/value_flags.hpp"

namespace cdckit::pipe {

void declare_encoding(cli::FlagTable& table,
                      std::string& encoding,
                      std::string& binary_handling,
                      std::string& unavailable_value) {
  table
      .choice(
          "encoding",
          {"plain", "debezium"},
          encoding,
          "How the values of events are written that do not say it themselves. debezium: by the "
          "Connect schema that comes with them, else by the column's type and the connector's "
          "defaults.")
      .fallback = "what the stream says";
  table
      .choice("binary-handling",
              {"bytes", "base64", "base64-url-safe", "hex"},
              binary_handling,
              "The connector's binary.handling.mode, where a schema only says that bytea is a "
              "string.")
      .fallback = "bytes";
  declare_unavailable(table, unavailable_value);
}

void declare_unavailable(cli::FlagTable& table, std::string& value, const std::string& so) {
  table.text("unavailable-value",
             "TEXT",
             value,
             "What stands for an unchanged large value in events of Debezium" + so + ".");
}

}  // namespace cdckit::pipe
