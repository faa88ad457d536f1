// What several tests of snow-ddl share: a folder of scripts, and a server that remembers what it
// was asked.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"

#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::snow_ddl {

class ScriptFolder {
 public:
  ScriptFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "snow-ddl-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ScriptFolder(const ScriptFolder&) = delete;
  ScriptFolder& operator=(const ScriptFolder&) = delete;
  ~ScriptFolder() { std::filesystem::remove_all(path_); }
  const ScriptFolder& add(const std::string& file, const std::string& text) const {
    const std::filesystem::path path = std::filesystem::path(path_) / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return *this;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline snow::ResultColumn text_column(const std::string& name) {
  snow::ResultColumn column;
  column.name = name;
  column.type = "text";
  return column;
}

inline snow::StatementResult text_result(const std::vector<std::string>& columns,
                                         const std::vector<snow::ResultRow>& rows) {
  snow::StatementResult result;
  for (const std::string& name : columns) result.columns.push_back(text_column(name));
  result.rows = rows;
  return result;
}

// Remembers what it was asked; refuses and answers what it was told to.
class FakeServer {
 public:
  Execute execute() {
    return [this](const snow::Statement& statement) { return run(statement); };
  }
  FetchResult fetch() {
    return [](const std::string& handle) {
      snow::StatementResult result;
      result.handle = handle;
      result.inserted = 1;
      return result;
    };
  }
  // The next statement that holds the text.
  void fail_next(const std::string& text,
                 const std::string& code,
                 base::ErrorKind kind = base::ErrorKind::data,
                 const std::string& message = "could not run statement: no") {
    failures_.push_back({text, code, kind, message});
  }
  // Every statement that holds the text.
  void answer(const std::string& text, snow::StatementResult result) {
    answers_.emplace_back(text, std::move(result));
  }
  [[nodiscard]] std::string texts() const {
    std::string all;
    for (const snow::Statement& statement : statements) all += statement.text + "|";
    return all;
  }

  std::vector<snow::Statement> statements;

 private:
  struct Planned {
    std::string text;
    std::string code;
    base::ErrorKind kind;
    std::string message;
  };

  snow::StatementResult run(const snow::Statement& statement) {
    statements.push_back(statement);
    for (auto at = failures_.begin(); at != failures_.end(); ++at) {
      if (statement.text.find(at->text) == std::string::npos) continue;
      const Planned failure = *at;
      failures_.erase(at);
      throw snow::SqlError(failure.kind, failure.message, failure.code, "42000", "handle-x");
    }
    for (const auto& [text, result] : answers_) {
      if (statement.text.find(text) != std::string::npos) return result;
    }
    snow::StatementResult result;
    result.handle = "handle-" + std::to_string(statements.size());
    for (unsigned i = 0; statement.count > 1 && i < statement.count; ++i)
      result.handles.push_back(result.handle + "." + std::to_string(i));
    return result;
  }

  std::vector<Planned> failures_;
  std::vector<std::pair<std::string, snow::StatementResult>> answers_;
};

}  // namespace cdckit::snow_ddl
