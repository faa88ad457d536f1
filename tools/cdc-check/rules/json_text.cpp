#include "tools/cdc-check/rules/json_text.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/grammar.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

class Builder {
 public:
  Builder(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  // Values come in the order of the text, so that lines are counted once.
  Node build(std::string_view token) {
    Node node;
    node.place = place_of(token.data());
    switch (token.front()) {
      case '"':
        node.type = Node::Type::text;
        ndjson::append_unescaped(node.text, token);
        break;
      case '{':
        take_object(node, token);
        break;
      case '[': {
        node.type = Node::Type::list;
        ndjson::ArrayCursor cursor(token);
        std::string_view element;
        while (cursor.next(element)) node.items.push_back(build(element));
        break;
      }
      case 'n':
        break;
      default:
        node.type =
            token.front() == 't' || token.front() == 'f' ? Node::Type::boolean : Node::Type::number;
        node.text = token;
    }
    return node;
  }

 private:
  void take_object(Node& node, std::string_view token) {
    node.type = Node::Type::map;
    ndjson::ObjectCursor cursor(token);
    ndjson::Member member;
    while (cursor.next(member)) {
      const Place place = place_of(member.name.data() - 1);
      Node value = build(member.value);
      ndjson::append_unescaped(value.name, {member.name.data() - 1, member.name.size() + 2});
      value.name_place = place;
      if (node.find(value.name) != nullptr)
        refuse(place, "\"" + value.name + "\" stands there twice");
      node.items.push_back(std::move(value));
    }
  }

  Place place_of(const char* at) {
    for (; begin_ < at; ++begin_) {
      ++column_;
      if (*begin_ == '\n') {
        ++line_;
        column_ = 1;
      }
    }
    return {file_, line_, column_};
  }

  std::string_view text_;
  std::string file_;
  const char* begin_ = text_.data();
  int line_ = 1;
  int column_ = 1;
};

}  // namespace

Node parse_json(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!ndjson::is_utf8(text) || !ndjson::is_json(text)) refuse({file}, "it is no JSON");
  return Builder(text, file).build(base::trim(text));
}

}  // namespace cdckit::cdc_check
