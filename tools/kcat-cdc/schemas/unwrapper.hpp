// Takes {"schema":..,"payload":..} off, as Kafka Connect's JSON converter puts it around keys and
// values by default. Records of one table begin with the same bytes up to their payload, so that
// what was seen before costs a comparison. One for the keys and one for the values of a topic.
#pragma once

#include "common/ndjson/walker.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

// A schema as it stands around values. Its address names it: equal schemas share one.
using ConnectSchema = std::shared_ptr<const std::string>;

// What is known of a payload without a look at it, since the same hand wrote it.
struct KnownMembers {
  char operation = '\0';  // `op`, if it has one
  bool names_table = false;
  std::string_view schema;  // as they stand in its source, escapes and all
  std::string_view table;
};

struct Unwrapped {
  std::string_view payload;   // the document itself when it is not wrapped
  ConnectSchema schema = {};  // null: none came along
  bool wrapped = false;
  bool checked = true;  // false: what stands before the payload is good, it may be anything itself
  // The payload is a valid object on one line, without members that are ours. Null: not known.
  const KnownMembers* known = nullptr;
};

class Unwrapper {
 public:
  // `document` is trimmed text of any kind; what is no JSON is not wrapped.
  Unwrapped take_off(std::string_view document);
  // The same for a payload that turned out to be none: no memory is believed.
  Unwrapped look_closely(std::string_view document);

 private:
  struct Head {
    std::string text;  // `{"schema":..,"payload":`; empty where the payload comes first
    ConnectSchema schema;
  };
  void learn(std::string_view head, std::string_view schema);
  void to_front(std::size_t place);

  std::array<Head, 4> heads_;               // the last one that matched first
  std::unique_ptr<ndjson::Walker> walker_;  // made with the first document that may be wrapped
};

}  // namespace cdckit::kcat_cdc
