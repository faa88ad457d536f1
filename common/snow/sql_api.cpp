#include "common/snow/sql_api.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/http/client.hpp"
#include "common/snow/authenticator.hpp"
#include "common/snow/sql_answer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cdckit::snow {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPoll{200};
constexpr milliseconds kLongestPoll{5000};
// The service itself turns a statement asynchronous after 45 s.
constexpr milliseconds kRequestTimeout{90'000};
constexpr milliseconds kStopPatience{2'000};

bool is_transient(long status) {
  constexpr std::array<long, 2> kStatuses = {429, 499};
  return status >= 500 || std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

std::string status_text(const http::Response& response) {
  const Failure failure = parse_failure(response.body);
  std::string text = "HTTP " + std::to_string(response.status);
  if (!failure.code.empty()) text += " " + failure.code;
  if (!failure.message.empty()) text += ": " + failure.message;
  return text;
}

SqlError sql_error(const Failure& failure) {
  const std::string first_line = failure.message.substr(0, failure.message.find('\n'));
  const std::string rest = failure.message.size() > first_line.size()
                               ? failure.message.substr(first_line.size() + 1)
                               : std::string();
  std::string message = "could not run statement: " + first_line;
  if (!rest.empty()) message += " " + rest;
  message +=
      " (" + failure.code + (failure.state.empty() ? "" : ", SQLSTATE " + failure.state) + ")";
  return {kind_of_sql_code(failure.code), message, failure.code, failure.state, failure.handle};
}

// "does not exist or not authorized" leaves open which of the two.
std::string hint_for(const std::string& code) {
  if (code != "002003" && code != "002043") return {};
  return "snow-ddl query -c NAME 'CREATE DATABASE ..' (or SCHEMA, TABLE) makes what is missing; "
         "the "
         "role may also lack USAGE on it.";
}

}  // namespace

std::size_t StatementResult::column(const std::string& name) const {
  const std::string wanted = base::to_lower(name);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (base::to_lower(columns[i].name) == wanted) return i;
  }
  throw base::Error(ErrorKind::protocol, "could not find column \"" + name + "\" in the result");
}

const std::string& StatementResult::text(std::size_t row, const std::string& column_name) const {
  static const std::string empty;
  const std::size_t place = column(column_name);
  if (row >= rows.size() || place >= rows[row].size()) {
    throw base::Error(ErrorKind::protocol,
                      "could not find row " + std::to_string(row + 1) + " of \"" + column_name +
                          "\" in the result");
  }
  const Cell& cell = rows[row][place];
  return cell ? *cell : empty;
}

SqlError::SqlError(ErrorKind kind,
                   const std::string& message,
                   std::string code,
                   std::string state,
                   std::string statement_handle)
    : Error(kind, message, hint_for(code)),
      code_(std::move(code)),
      state_(std::move(state)),
      handle_(std::move(statement_handle)) {}

bool SqlError::is_missing_object() const noexcept {
  return code_ == "002003" || code_ == "002043";
}
bool SqlError::is_existing_object() const noexcept {
  return code_ == "002002" || code_ == "001998";
}

struct SqlApi::Implementation {
  Implementation(const ConnectionSettings& connection, SqlApiOptions chosen)
      : settings(connection),
        options(std::move(chosen)),
        client({.user_agent = options.user_agent,
                .ca_file = settings.ca_file,
                .allow_http = options.allow_http,
                .stop = options.stop}),
        authenticator(settings, false),
        url(base_url(settings) + "/api/v2/statements") {}

  http::Response send_once(http::Request& request);
  http::Response send(http::Request& request, const std::string& retry_suffix);
  http::Response get(const std::string& path_and_query);
  http::Response finished(http::Response response);
  StatementResult collect(const http::Response& response);
  http::Response post(const Statement& statement, const std::string& options_of_url);
  http::Response submit(const Statement& statement);
  void take_rows(const http::Response& response, const TakeRows& take);
  void append_rest(const Answer& answer, std::size_t partition, StatementResult& result);

  ConnectionSettings settings;
  SqlApiOptions options;
  http::Client client;
  Authenticator authenticator;
  std::string url;
};

// One request; a refused token is renewed once.
http::Response SqlApi::Implementation::send_once(http::Request& request) {
  for (int attempt = 0;; ++attempt) {
    request.bearer = authenticator.token();
    http::Response response = client.send(request);
    if (response.status == 401 && attempt == 0) {
      authenticator.renew();
      continue;
    }
    if (response.status == 401) throw authenticator.refused("sign in", response);
    if (is_transient(response.status)) {
      throw base::Error(
          ErrorKind::temporary,
          "could not reach the SQL API at \"" + settings.host + "\": " + status_text(response));
    }
    return response;
  }
}

// `retry_suffix` is added to the URL of every attempt after the first: the server then gives the
// result of a statement that it has already run instead of running it again.
http::Response SqlApi::Implementation::send(http::Request& request,
                                            const std::string& retry_suffix) {
  request.headers = {"Content-Type: application/json", "Accept: application/json"};
  authenticator.add_header(request.headers);
  request.timeout = kRequestTimeout;
  request.stop_patience = kStopPatience;
  const std::string first_url = request.url;
  bool first = true;
  return retry::run(
      options.retry,
      options.stop,
      [&] {
        request.url = first ? first_url : first_url + retry_suffix;
        first = false;
        return send_once(request);
      },
      options.on_retry);
}

http::Response SqlApi::Implementation::get(const std::string& path_and_query) {
  http::Request request;
  request.url = url + "/" + path_and_query;
  return send(request, "");
}

// Waits until a statement is no longer running. Throws what the server said when it failed.
http::Response SqlApi::Implementation::finished(http::Response response) {
  milliseconds pause = kFirstPoll;
  while (response.status == 202) {
    const std::string handle = parse_handle(response.body);
    if (handle.empty()) {
      throw base::Error(ErrorKind::protocol, "could not follow a statement: no statementHandle");
    }
    if (options.stop.sleep_for(pause)) {
      throw base::Error(ErrorKind::temporary,
                        "could not wait for statement " + handle + ": stopped");
    }
    pause = std::min(pause * 2, kLongestPoll);
    response = get(handle);
  }
  if (response.status == 200) return response;
  const Failure failure = parse_failure(response.body);
  if (response.status == 422 || response.status == 408) throw sql_error(failure);
  if (response.status == 403) {
    throw base::Error(ErrorKind::permission, "could not use the SQL API: " + status_text(response));
  }
  throw base::Error(ErrorKind::protocol, "could not use the SQL API: " + status_text(response));
}

StatementResult SqlApi::Implementation::collect(const http::Response& response) {
  Answer answer = parse_answer(response.body);
  for (std::size_t i = 1; i < answer.partitions; ++i) append_rest(answer, i, answer.result);
  return std::move(answer.result);
}

void SqlApi::Implementation::append_rest(const Answer& answer,
                                         std::size_t partition,
                                         StatementResult& result) {
  const std::string number = std::to_string(partition);
  const http::Response part = get(answer.result.handle + "?partition=" + number);
  if (part.status != 200) {
    throw base::Error(ErrorKind::protocol,
                      "could not fetch partition " + number + ": " + status_text(part));
  }
  append_partition(part.body, result);
}

http::Response SqlApi::Implementation::post(const Statement& statement,
                                            const std::string& options_of_url) {
  const std::string body = statement_body(statement, settings);
  http::Request request;
  request.method = "POST";
  request.url = url + "?requestId=" +
                (statement.request_id.empty() ? base::random_uuid() : statement.request_id);
  request.url += options_of_url;
  if (statement.again) request.url += "&retry=true";
  request.body = body;
  return send(request, statement.again ? "" : "&retry=true");
}

http::Response SqlApi::Implementation::submit(const Statement& statement) {
  return finished(post(statement, ""));
}

void SqlApi::Implementation::take_rows(const http::Response& response, const TakeRows& take) {
  Answer answer = parse_answer(response.body);
  take(answer.result);
  for (std::size_t i = 1; i < answer.partitions; ++i) {
    answer.result.rows.clear();
    append_rest(answer, i, answer.result);
    take(answer.result);
  }
}

SqlApi::SqlApi(const ConnectionSettings& settings, SqlApiOptions options)
    : implementation_(std::make_unique<Implementation>(settings, std::move(options))) {}
SqlApi::~SqlApi() = default;
SqlApi::SqlApi(SqlApi&&) noexcept = default;
SqlApi& SqlApi::operator=(SqlApi&&) noexcept = default;

StatementResult SqlApi::run(const Statement& statement) {
  return implementation_->collect(implementation_->submit(statement));
}

void SqlApi::run(const Statement& statement, const TakeRows& take) {
  implementation_->take_rows(implementation_->submit(statement), take);
}

// A refused statement is told at once, in place of a handle.
std::string SqlApi::start(const Statement& statement) {
  http::Response response = implementation_->post(statement, "&async=true");
  if (response.status != 202) response = implementation_->finished(std::move(response));
  std::string handle = parse_handle(response.body);
  if (handle.empty())
    throw base::Error(ErrorKind::protocol, "could not start a statement: no statementHandle");
  return handle;
}

StatementResult SqlApi::run(const std::string& text) {
  Statement statement;
  statement.text = text;
  return run(statement);
}

StatementResult SqlApi::result(const std::string& handle) {
  return implementation_->collect(implementation_->finished(implementation_->get(handle)));
}

void SqlApi::result(const std::string& handle, const TakeRows& take) {
  implementation_->take_rows(implementation_->finished(implementation_->get(handle)), take);
}

void SqlApi::cancel(const std::string& handle) {
  http::Request request;
  request.method = "POST";
  request.url = implementation_->url + "/" + handle + "/cancel?requestId=" + base::random_uuid();
  request.body = "{}";
  implementation_->send(request, "");
}

}  // namespace cdckit::snow
