#include "tools/kcat-cdc/schemas/unwrapper.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::kcat_cdc {

namespace {

// Whoever writes them puts the schema first and no white space, but JSON demands neither.
bool may_be_wrapped(std::string_view document) noexcept {
  if (!document.starts_with('{')) return false;
  const bool dense = document.size() > 1 && document[1] == '"';
  const std::size_t name = dense ? 1 : document.find_first_not_of(" \t\r\n", 1);
  document.remove_prefix(std::min(name, document.size()));
  return document.starts_with(R"("schema")") || document.starts_with(R"("payload")");
}

}  // namespace

Unwrapped Unwrapper::take_off(std::string_view document) {
  if (!may_be_wrapped(document)) return {document};
  for (std::size_t i = 0; i < heads_.size() && heads_[i].schema; ++i) {
    if (heads_[i].text.empty() || !document.starts_with(heads_[i].text) || !document.ends_with('}'))
      continue;
    to_front(i);
    const std::size_t head = heads_[0].text.size();
    return {document.substr(head, document.size() - head - 1), heads_[0].schema, true, false};
  }
  return look_closely(document);
}

Unwrapped Unwrapper::look_closely(std::string_view document) {
  if (!may_be_wrapped(document)) return {document};
  if (!walker_) walker_ = std::make_unique<ndjson::Walker>();
  if (walker_->walk(document, false) != nullptr) return {document};
  ndjson::ObjectCursor cursor({document, walker_->members()});
  ndjson::Member schema;
  ndjson::Member payload;
  ndjson::Member more;
  if (!cursor.next(schema) || !cursor.next(payload) || cursor.next(more)) return {document};
  const bool schema_first = schema.name == "schema";
  if (!schema_first) std::swap(schema, payload);
  const bool wrapped = schema.name == "schema" && payload.name == "payload" &&
                       (schema.value.starts_with('{') || ndjson::is_null(schema.value));
  if (!wrapped) return {document};
  if (ndjson::is_null(schema.value)) return {payload.value, {}, true};
  const auto head = static_cast<std::size_t>(payload.value.data() - document.data());
  learn(schema_first ? document.substr(0, head) : std::string_view{}, schema.value);
  return {payload.value, heads_[0].schema, true};
}

void Unwrapper::learn(std::string_view head, std::string_view schema) {
  for (std::size_t i = 0; i < heads_.size() && heads_[i].schema; ++i) {
    if (heads_[i].text == head && *heads_[i].schema == schema) return to_front(i);
  }
  to_front(heads_.size() - 1);
  heads_[0].text = head;
  heads_[0].schema = std::make_shared<const std::string>(schema);
}

void Unwrapper::to_front(std::size_t place) {
  const auto at = heads_.begin() + static_cast<std::ptrdiff_t>(place);
  std::rotate(heads_.begin(), at, at + 1);
}

}  // namespace cdckit::kcat_cdc
