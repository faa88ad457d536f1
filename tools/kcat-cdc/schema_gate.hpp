// Gives out each shape's `schema` line once, before the first record that refers to it. Lines come
// from the topic beside the data, which is read again when a hash is new.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

class SchemaGate {
 public:
  using Lines = std::map<std::string, std::string>;  // hash -> schema line
  // Reads a schema topic whole; empty when it does not exist.
  using Fetch = std::function<Lines(const std::string& topic)>;
  // Waits a moment before the topic is read again; false: do not wait any more.
  using Pause = std::function<bool()>;

  SchemaGate(Fetch fetch, Pause pause) : fetch_(std::move(fetch)), pause_(std::move(pause)) {}

  // Appends the line (with line break) when this hash was not given out before. A hash that the
  // topic does not hold, also after some tries, is warned about once.
  void pass(std::string_view hash, std::string_view data_topic, std::string& out);

 private:
  bool load(const std::string& hash, const std::string& topic);

  Fetch fetch_;
  Pause pause_;
  Lines known_;
  std::set<std::string, std::less<>> passed_;
};

}  // namespace cdckit::kcat_cdc
