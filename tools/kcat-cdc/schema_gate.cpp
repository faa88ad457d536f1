#include "tools/kcat-cdc/schema_gate.hpp"

#include "common/log/log.hpp"
#include "tools/kcat-cdc/topic_names.hpp"

namespace cdckit::kcat_cdc {

namespace {
// The producer writes a shape before the first record of it, but a mirrored cluster may be late.
constexpr int kTries = 5;
}  // namespace

void SchemaGate::pass(std::string_view hash, std::string_view data_topic, std::string& out) {
  if (hash.empty() || passed_.find(hash) != passed_.end()) return;
  const std::string name(hash);
  passed_.insert(name);
  const std::string topic = schema_topic_of(data_topic);
  if (!load(name, topic)) {
    log::warning("topic \"" + topic + "\" does not hold the schema \"" + name +
                 "\" that records of \"" + std::string(data_topic) +
                 "\" refer to; they are given out without it");
    return;
  }
  out += known_.at(name);
  out += '\n';
}

bool SchemaGate::load(const std::string& hash, const std::string& topic) {
  for (int i = 0; i < kTries; ++i) {
    if (known_.contains(hash)) return true;
    if (i > 0 && !pause_()) break;
    known_.merge(fetch_(topic));
  }
  return known_.contains(hash);
}

}  // namespace cdckit::kcat_cdc
