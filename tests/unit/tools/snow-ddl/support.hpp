// What several tests of snow-ddl share: a folder of scripts, and a server that remembers what it
// was asked.
#pragma once

#include "tools/snow-ddl/session.hpp"

#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
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

// Refuses every statement that holds `refused`.
struct FakeServer {
  Execute execute() {
    return [this](const snow::Statement& statement) {
      statements.push_back(statement);
      if (!refused.empty() && statement.text.find(refused) != std::string::npos) {
        throw snow::SqlError(kind, "could not run statement: no", code, "42000", "handle-x");
      }
      snow::StatementResult result;
      result.handle = "handle-" + std::to_string(statements.size());
      return result;
    };
  }
  std::vector<snow::Statement> statements;
  std::string refused;
  std::string code = "001003";
  base::ErrorKind kind = base::ErrorKind::data;
};

}  // namespace cdckit::snow_ddl
