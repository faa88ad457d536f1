// A Snowflake of a few lines inside the test process: one key pair, SQL answered by the test's own
// function, named channels that commit at once. It checks nothing that a test does not look at.
#pragma once

#include "common/snow/connection_settings.hpp"
#include "tests/unit/common/http/loopback_server.hpp"

#include <cstdio>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::tests {

// PEM text of a fresh RSA key; made once a process.
inline const std::string& private_key_pem() {
  static const std::string kKey = [] {
    std::string text;
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
        ::popen("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null", "r"),
        ::pclose);
    char buffer[4096];
    while (pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe.get()) != nullptr)
      text += buffer;
    return text;
  }();
  return kKey;
}

// One result: column names and rows of text, "\x01NULL" is NULL; or a failure.
struct SqlReply {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string error_code;
};

class SnowStub {
 public:
  using Sql = std::function<SqlReply(const std::string& request)>;

  explicit SnowStub(Sql sql = {})
      : sql_(std::move(sql)),
        server_([this](const std::string& request) { return answer(request); }) {}

  [[nodiscard]] snow::ConnectionSettings settings() const {
    snow::ConnectionSettings settings;
    settings.name = "stub";
    settings.account = "myorg-lab";
    settings.user = "cdc_user";
    settings.database = "CDC";
    settings.schema = "RAW";
    settings.host = "127.0.0.1";
    settings.port = server_.port();
    settings.protocol = "http";
    settings.private_key_raw = secrets::Secret(private_key_pem());
    return settings;
  }

  [[nodiscard]] std::vector<std::string> requests() const { return server_.requests(); }
  // The next requests whose first line holds `part` are answered with this status instead.
  void fail_next(const std::string& part,
                 const std::string& status,
                 const std::string& body,
                 int count = 1) {
    const std::scoped_lock lock(mutex_);
    failures_.push_back({part, status, body, count});
  }
  std::size_t errors_of_next_status = 0;

 private:
  struct Ordered {
    std::string part;
    std::string status;
    std::string body;
    int count;
  };

  // Appended one by one: GCC takes the room that operator+ leaves for too small when it links.
  static std::string joined(std::initializer_list<std::string_view> parts) {
    std::string out;
    for (const std::string_view part : parts) out.append(part);
    return out;
  }

  static std::string quoted(const std::string& text) {
    std::string out(1, '"');
    for (const char c : text) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
    return out;
  }

  static std::string ok(const std::string& body) {
    return http::LoopbackServer::answer("200 OK", body);
  }

  static std::string query_value(const std::string& line, const std::string& name) {
    const std::size_t begin = line.find(name + "=");
    if (begin == std::string::npos) return {};
    const std::size_t from = begin + name.size() + 1;
    std::string value = line.substr(from, line.find_first_of("& ", from) - from);
    for (std::size_t at = value.find('%'); at != std::string::npos; at = value.find('%', at + 1)) {
      value.replace(at, 3, 1, static_cast<char>(std::stoi(value.substr(at + 1, 2), nullptr, 16)));
    }
    return value;
  }

  static std::string channel_of(const std::string& line) {
    const std::size_t begin = line.find("/channels/") + 10;
    return line.substr(begin, line.find_first_of("/? ", begin) - begin);
  }

  std::string status_of(const std::string& channel) {
    const std::string token = tokens_.contains(channel) ? quoted(tokens_[channel]) : "null";
    return joined({R"({"channel_status_code":"SUCCESS","last_committed_offset_token":)",
                   token,
                   R"(,"rows_error_count":)",
                   std::to_string(errors_of_next_status),
                   R"(,"last_error_message":"no number"})"});
  }

  std::string statement(const std::string& request) {
    const SqlReply reply = sql_ ? sql_(request) : SqlReply{};
    if (!reply.error_code.empty()) {
      return http::LoopbackServer::answer(
          "422 Unprocessable Entity",
          joined(
              {R"({"code":")", reply.error_code, R"(","sqlState":"42S02","message":"refused"})"}));
    }
    std::string types;
    for (const std::string& name : reply.columns) {
      types +=
          joined({types.empty() ? "" : ",", R"({"name":)", quoted(name), R"(,"type":"text"})"});
    }
    std::string rows;
    for (const auto& row : reply.rows) {
      std::string cells;
      for (const std::string& cell : row) {
        cells += joined({cells.empty() ? "" : ",", cell == "\x01NULL" ? "null" : quoted(cell)});
      }
      rows += joined({rows.empty() ? "[" : ",[", cells, "]"});
    }
    return ok(
        joined({R"({"statementHandle":"h1","resultSetMetaData":{"rowType":[)",
                types,
                R"(]},"data":[)",
                rows,
                R"(],"stats":{"numRowsInserted":3,"numRowsUpdated":2,"numRowsDeleted":1}})"}));
  }

  std::string answer(const std::string& request) {
    const std::scoped_lock lock(mutex_);
    const std::string line = request.substr(0, request.find("\r\n"));
    for (Ordered& failure : failures_) {
      if (failure.count == 0 || line.find(failure.part) == std::string::npos) continue;
      --failure.count;
      return http::LoopbackServer::answer(failure.status, failure.body);
    }
    if (line.find("/hostname") != std::string::npos) return ok("127.0.0.1");
    if (line.find("/oauth/token") != std::string::npos) return ok("scoped");
    if (line.find("/statements") != std::string::npos) return statement(request);
    if (line.starts_with("PUT")) {
      return ok(joined({R"({"next_continuation_token":"0_1","channel_status":)",
                        status_of(channel_of(line)),
                        "}"}));
    }
    if (line.find("/rows?") != std::string::npos) {
      tokens_[channel_of(line)] = query_value(line, "endOffsetToken");
      return ok(R"({"next_continuation_token":"0_2"})");
    }
    std::string states;
    for (const auto& [channel, token] : tokens_) {
      states += joined({states.empty() ? "" : ",", quoted(channel), ":", status_of(channel)});
    }
    return ok(joined({R"({"channel_statuses":{)", states, "}}"}));
  }

  Sql sql_;
  mutable std::mutex mutex_;
  std::vector<Ordered> failures_;
  std::map<std::string, std::string> tokens_;
  http::LoopbackServer server_;
};

}  // namespace cdckit::tests
