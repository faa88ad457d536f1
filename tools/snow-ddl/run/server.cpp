// tested by tests/integration/snow-ddl/test_migrations.py::test_a_busy_server_is_tried_again
#include "tools/snow-ddl/run/server.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/log/trying_again.hpp"

namespace cdckit::snow_ddl {
namespace {

snow::SqlApiOptions api_options(const ServerSettings& settings, signals::StopToken stop) {
  snow::SqlApiOptions chosen;
  chosen.user_agent = "cdckit-snow-ddl/" CDCKIT_VERSION;
  chosen.allow_http = settings.allow_http;
  chosen.retry.give_up_after = settings.retry_for;
  chosen.stop = stop;
  chosen.on_retry = [](const base::Error& error, std::chrono::milliseconds pause) {
    log::trying_again(error.what(), pause);
  };
  return chosen;
}

}  // namespace

Server::Server(const ServerSettings& settings, signals::StopToken stop, Mask mask)
    : connection_(snow::load_connection(settings.connection)),
      api_(connection_, api_options(settings, stop)),
      mask_(std::move(mask)) {}

template <class Work>
auto Server::masked(const Work& work) {
  try {
    return work();
  } catch (const snow::SqlError& error) {
    throw snow::SqlError(
        error.kind(), mask_(error.what()), error.code(), error.sql_state(), error.handle());
  }
}

Execute Server::execute() {
  return [this](const snow::Statement& statement) {
    return masked([&] { return api_.run(statement); });
  };
}

FetchResult Server::fetch() {
  return [this](const std::string& handle) { return masked([&] { return api_.result(handle); }); };
}

void Server::run(const snow::Statement& statement, const snow::SqlApi::TakeRows& take) {
  masked([&] { api_.run(statement, take); });
}

std::string Server::start(const snow::Statement& statement) {
  return masked([&] { return api_.start(statement); });
}

void Server::result(const std::string& handle, const snow::SqlApi::TakeRows& take) {
  masked([&] { api_.result(handle, take); });
}

}  // namespace cdckit::snow_ddl
