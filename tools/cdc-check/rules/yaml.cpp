#include "tools/cdc-check/rules/yaml.hpp"

#include "common/ndjson/text.hpp"
#include "tools/cdc-check/values/decimal.hpp"

#include <set>
#include <sstream>
#include <utility>
#include <vector>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kMostBytes = 16U << 20U;
constexpr int kMostNodes = 100'000;
constexpr int kDeepest = 200;

bool is_one_of(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    if (text == word) return true;
  }
  return false;
}

// For a look at where documents begin and end.
class Silence final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&,
                const std::string&,
                YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&,
                       const std::string&,
                       YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&,
                  const std::string&,
                  YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Not by YAML::LoadAll: a stray comma or bracket is the beginning of one document after the other
// to it, for ever.
bool has_second_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Silence silence;
  return parser.HandleNextDocument(silence) && parser.HandleNextDocument(silence);
}

class Converter {
 public:
  explicit Converter(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] Place place_of(const YAML::Mark& mark) const {
    return {file_, mark.is_null() ? 0 : mark.line + 1, mark.column + 1};
  }

  Node convert(const YAML::Node& from, int depth) {
    Node node;
    node.place = place_of(from.Mark());
    if (++count_ > kMostNodes || depth > kDeepest)
      refuse(node.place, "it holds more than 100,000 values, or is nested too deep");
    switch (from.Type()) {
      case YAML::NodeType::Scalar:
        take_scalar(node, from);
        break;
      case YAML::NodeType::Sequence:
        node.type = Node::Type::list;
        for (const YAML::Node& item : from) node.items.push_back(convert(item, depth + 1));
        break;
      case YAML::NodeType::Map:
        take_map(node, from, depth);
        break;
      default:
        break;
    }
    return node;
  }

 private:
  void take_map(Node& node, const YAML::Node& from, int depth) {
    node.type = Node::Type::map;
    std::set<std::string> names;
    std::vector<Node> merged;
    for (const auto& pair : from) {
      const Place place = place_of(pair.first.Mark());
      if (!pair.first.IsScalar()) refuse(place, "a name is text");
      Node value = convert(pair.second, depth + 1);
      value.name = pair.first.Scalar();
      if (value.name == "<<" && pair.first.Tag() != "!") {
        merged.push_back(std::move(value));
        continue;
      }
      value.name_place = place;
      if (!names.insert(value.name).second)
        refuse(place, "\"" + value.name + "\" stands there twice");
      if (value.place.line == 0) value.place = place;
      node.items.push_back(std::move(value));
    }
    for (Node& one : merged) merge(node, std::move(one), names);
  }

  // `<<: *anchor`: what a mapping, or each of a list, has beside what is there already.
  static void merge(Node& node, Node from, std::set<std::string>& names) {
    if (from.type == Node::Type::list) {
      for (Node& item : from.items) merge(node, std::move(item), names);
      return;
    }
    if (from.type != Node::Type::map)
      refuse(from.place, "\"<<\" takes in a mapping or a list of them");
    for (Node& item : from.items) {
      if (names.insert(item.name).second) node.items.push_back(std::move(item));
    }
  }

  static void take_scalar(Node& node, const YAML::Node& from) {
    node.text = from.Scalar();
    const std::string& tag = from.Tag();
    node.type = Node::Type::text;
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return;
    if (!tag.empty() && tag != "?") refuse(node.place, "the tag " + tag + " means nothing here");
    if (is_one_of(node.text, {"", "~", "null", "Null", "NULL"})) {
      node.type = Node::Type::null;
    } else if (is_one_of(node.text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
      node.type = Node::Type::boolean;
      node.text = node.text.front() == 't' || node.text.front() == 'T' ? "true" : "false";
    } else if (const auto number = parse_decimal(node.text)) {
      if (number->more) refuse(node.place, "a number of a rule has 38 digits at most");
      node.type = Node::Type::number;
      make_json_number(node.text);
    }
  }

  // +1, .5, 5. and 007 are numbers in YAML, not in JSON.
  static void make_json_number(std::string& text) {
    if (text.front() == '+') text.erase(0, 1);
    const std::size_t sign = text.front() == '-' ? 1 : 0;
    while (text.size() > sign + 1 && text[sign] == '0' && text[sign + 1] >= '0' &&
           text[sign + 1] <= '9')
      text.erase(sign, 1);
    if (text[sign] == '.') text.insert(sign, "0");
    const std::size_t point = text.find('.');
    if (point != std::string::npos &&
        (point + 1 == text.size() || text[point + 1] == 'e' || text[point + 1] == 'E'))
      text.erase(point, 1);
  }

  std::string file_;
  int count_ = 0;
};

}  // namespace

Node parse_yaml(std::string_view text, const std::string& file) {
  Converter converter(file);
  if (text.size() > kMostBytes) refuse({file}, "it is larger than 16 MiB");
  if (!ndjson::is_utf8(text)) refuse({file}, "it is no UTF-8");
  try {
    const std::string copy(text);
    if (has_second_document(copy)) refuse({file}, "it holds more than one document");
    return converter.convert(YAML::Load(copy), 0);
  } catch (const YAML::Exception& error) {
    refuse(converter.place_of(error.mark), error.msg);
  }
}

}  // namespace cdckit::cdc_check
