#include "tools/kcat-cdc/schemas/unwrapper.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

namespace {
constexpr std::string_view kBegin = R"({"schema":)";
}

Unwrapped Unwrapper::take_off(std::string_view document) {
  if (!document.starts_with(kBegin)) return {document};
  for (std::size_t i = 0; i < heads_.size() && heads_[i].schema; ++i) {
    if (!document.starts_with(heads_[i].text) || !document.ends_with('}')) continue;
    if (i > 0)
      std::rotate(heads_.begin(),
                  heads_.begin() + static_cast<std::ptrdiff_t>(i),
                  heads_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    const std::size_t head = heads_[0].text.size();
    return {document.substr(head, document.size() - head - 1), heads_[0].schema, true, false};
  }
  return look_closely(document);
}

Unwrapped Unwrapper::look_closely(std::string_view document) {
  if (!document.starts_with(kBegin)) return {document};
  if (!walker_) walker_ = std::make_unique<ndjson::Walker>();
  if (walker_->walk(document, false) != nullptr) return {document};
  ndjson::ObjectCursor cursor({document, walker_->members()});
  ndjson::Member schema;
  ndjson::Member payload;
  ndjson::Member more;
  const bool wrapped = cursor.next(schema) && cursor.next(payload) && payload.name == "payload" &&
                       (schema.value.starts_with('{') || ndjson::is_null(schema.value)) &&
                       !cursor.next(more);
  if (!wrapped) return {document};
  if (ndjson::is_null(schema.value)) return {payload.value, {}, true};
  const auto head = static_cast<std::size_t>(payload.value.data() - document.data());
  if (heads_[0].text != document.substr(0, head)) learn(document.substr(0, head), schema.value);
  return {payload.value, heads_[0].schema, true};
}

void Unwrapper::learn(std::string_view head, std::string_view schema) {
  std::rotate(heads_.begin(), heads_.end() - 1, heads_.end());
  heads_[0].text = head;
  heads_[0].schema = std::make_shared<const std::string>(schema);
}

}  // namespace cdckit::kcat_cdc
