// The account that a command works on: connection, retries, secrets out of messages. One thread;
// another one makes its own.
#pragma once

#include "common/snow/connection_settings.hpp"
#include "common/snow/sql_api.hpp"
#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/scripts/variables.hpp"

#include <chrono>
#include <string>

namespace cdckit::snow_ddl {

struct ServerSettings {
  std::string connection{};
  bool allow_http = false;
  std::chrono::milliseconds retry_for{60'000};
};

class Server {
 public:
  // Throws config. `mask` takes secrets out of what the server says.
  Server(const ServerSettings& settings, signals::StopToken stop, Mask mask);

  Execute execute();
  FetchResult fetch();
  void run(const snow::Statement& statement, const snow::SqlApi::TakeRows& take);
  // The handle of a statement that is not waited for; its rows, when it has ended.
  std::string start(const snow::Statement& statement);
  void result(const std::string& handle, const snow::SqlApi::TakeRows& take);
  [[nodiscard]] std::string address() const { return snow::base_url(connection_); }
  // As it is stored; empty: the connection names none.
  [[nodiscard]] const std::string& database() const noexcept { return connection_.database; }
  [[nodiscard]] const std::string& schema() const noexcept { return connection_.schema; }

 private:
  template <class Work>
  auto masked(const Work& work);

  snow::ConnectionSettings connection_;
  snow::SqlApi api_;
  Mask mask_;
};

}  // namespace cdckit::snow_ddl
