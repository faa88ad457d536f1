// The `schema` lines of what is read: for each table the line that was given out last, and whether
// the next record was made with another shape than that. Lines come from the topic beside the data,
// or from the records themselves.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

// One schema line. `current` of its table says which one is in force downstream.
struct Shape {
  std::string hash;  // the line itself where the records carry it
  std::string line;
  const Shape** current = nullptr;
};

class ShapeBook {
 public:
  using Lines = std::map<std::string, std::string>;  // hash -> schema line
  // Reads a schema topic whole; empty when it does not exist.
  using Fetch = std::function<Lines(const std::string& topic)>;
  // Waits a moment before the topic is read again; false: do not wait any more.
  using Pause = std::function<bool()>;

  ShapeBook(Fetch fetch, Pause pause) : fetch_(std::move(fetch)), pause_(std::move(pause)) {}

  // The shape that a record of `data_topic` names by `hash`. Reads the schema topic when it is new.
  // Throws unavailable when the topic does not hold it, also after waiting.
  const Shape* find(std::string_view hash, std::string_view data_topic);
  // The shape with this line, for a table whose records carry their shape themselves.
  const Shape* define(std::string_view line);
  // Appends the line (with line break) unless it is the one that the table's records have had last.
  static void pass(const Shape& shape, std::string& out);

 private:
  void load(const std::string& topic);
  const Shape* add(std::string hash, std::string_view line);

  Fetch fetch_;
  Pause pause_;
  std::map<std::string, Shape, std::less<>> shapes_;         // by hash, or by line
  std::map<std::string, const Shape*, std::less<>> tables_;  // what is in force
};

}  // namespace cdckit::kcat_cdc
