#include "common/snow/streaming_answer.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/whole_number.hpp"
#include "common/snow/sql_answer.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace cdckit::snow {
namespace {

using base::ErrorKind;
using nlohmann::json;

ErrorKind kind_of(StreamFault fault) {
  switch (fault) {
    case StreamFault::transient:
    case StreamFault::uncommitted:
    case StreamFault::moved:
      return ErrorKind::temporary;
    case StreamFault::taken_over:
    case StreamFault::missing:
    case StreamFault::reopen:
      return ErrorKind::unavailable;
    case StreamFault::too_large:
      return ErrorKind::data;
    case StreamFault::refused:
      return ErrorKind::protocol;
  }
  return ErrorKind::bug;
}

bool is_missing_object(std::string_view code) {
  return code.starts_with("ERR_PIPE_DOES_NOT_EXIST") ||
         code.starts_with("ERR_TABLE_DOES_NOT_EXIST") ||
         code.starts_with("ERR_DATABASE_DOES_NOT_EXIST") ||
         code.starts_with("ERR_SCHEMA_DOES_NOT_EXIST");
}

StreamFault fault_of(long status, std::string_view code) {
  if (code == "STALE_CONTINUATION_TOKEN_SEQUENCER") return StreamFault::taken_over;
  if (code == "ERR_CHANNEL_HAS_INVALID_CLIENT_SEQUENCER") return StreamFault::taken_over;
  if (code == "ERR_INVALID_CONTINUATION_TOKEN") return StreamFault::reopen;
  if (code == "ERR_CHANNEL_HAS_UNCOMMITTED_DATA" || code == "ERR_OPEN_CHANNEL_IN_PROGRESS") {
    return StreamFault::uncommitted;
  }
  if (is_missing_object(code)) return StreamFault::missing;
  if (code == "STALE_PIPE_CACHE" || code.starts_with("ERR_CHANNEL_")) return StreamFault::reopen;
  if (status == 408 || status == 429 || status == 499 || status >= 500)
    return StreamFault::transient;
  switch (status) {
    case 404:
      return StreamFault::missing;
    case 409:
      return StreamFault::reopen;
    case 410:
      return StreamFault::moved;
    case 413:
      return StreamFault::too_large;
    default:
      return StreamFault::refused;
  }
}

std::string text_member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::uint64_t count_member(const json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_number())
      return ndjson::whole_number<std::uint64_t>(*found).value_or(0);
  }
  return 0;
}

ChannelStatus read_status(const json& object) {
  ChannelStatus status;
  status.name = text_member(object, "channel_name");
  status.code = text_member(object, "channel_status_code");
  status.committed_token = text_member(object, "last_committed_offset_token");
  status.rows_inserted = count_member(object, {"rows_inserted", "rows_inserted_count"});
  // The manual calls it by both names.
  status.rows_errors = count_member(object, {"rows_error_count", "rows_errors"});
  status.has_counts = object.contains("rows_inserted") || object.contains("rows_inserted_count");
  status.created_ms = count_member(object, {"created_on_ms"});
  status.last_error_message = text_member(object, "last_error_message");
  status.last_error_upper_bound = text_member(object, "last_error_offset_upper_bound");
  if (status.last_error_upper_bound.empty()) {
    status.last_error_upper_bound = text_member(object, "last_error_offset_token_upper_bound");
  }
  return status;
}

// The member of a JSON object, or the whole text when it is none: the service answers both ways.
std::string text_or_member(std::string_view body, const char* name) {
  const json parsed = json::parse(body, nullptr, false);
  if (parsed.is_object()) return text_member(parsed, name);
  if (parsed.is_string()) return parsed.get<std::string>();
  return std::string(base::trim(body));
}

[[noreturn]] void throw_empty(const std::string& what) {
  throw base::Error(ErrorKind::protocol,
                    "could not read the " + what + " that the service answered");
}

}  // namespace

StreamError::StreamError(StreamFault fault,
                         const std::string& message,
                         std::string code,
                         std::string hint)
    : Error(kind_of(fault), message, std::move(hint)), fault_(fault), code_(std::move(code)) {}

HostAddress parse_hostname(std::string_view body) {
  std::string text = text_or_member(body, "hostname");
  HostAddress address;
  if (const std::size_t end = text.find("://"); end != std::string::npos) {
    address.scheme = base::to_lower(text.substr(0, end));
    text.erase(0, end + 3);
  }
  text = text.substr(0, text.find('/'));
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && text.find(']', colon) == std::string::npos) {
    const auto port = base::parse_unsigned(text.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) throw_empty("host name");
    address.port = static_cast<int>(*port);
    text.erase(colon);
  }
  std::replace(text.begin(), text.end(), '_', '-');
  const bool is_name = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-.:[]").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (text.empty() || !is_name) throw_empty("host name");
  address.host = text;
  return address;
}

std::string parse_token(std::string_view body) {
  std::string token = text_or_member(body, "token");
  if (token.empty()) token = text_or_member(body, "access_token");
  if (token.empty() || token.find_first_of(" \r\n\t{") != std::string::npos) throw_empty("token");
  return token;
}

std::optional<OpenedChannel> parse_opened(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("next_continuation_token")) return std::nullopt;
  OpenedChannel opened;
  opened.continuation_token = text_member(parsed, "next_continuation_token");
  if (parsed.contains("channel_status") && parsed["channel_status"].is_object()) {
    opened.status = read_status(parsed["channel_status"]);
  }
  return opened;
}

std::optional<std::string> parse_appended(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("next_continuation_token")) return std::nullopt;
  return text_member(parsed, "next_continuation_token");
}

std::optional<std::map<std::string, ChannelStatus>> parse_statuses(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("channel_statuses")) return std::nullopt;
  std::map<std::string, ChannelStatus> statuses;
  for (const auto& [name, object] : parsed["channel_statuses"].items()) {
    if (object.is_object()) statuses[name] = read_status(object);
  }
  return statuses;
}

StreamError stream_error(const std::string& what, long status, std::string_view body) {
  const Failure failure = parse_failure(body);
  const StreamFault fault = fault_of(status, failure.code);
  std::string message = "could not " + what + ": HTTP " + std::to_string(status);
  if (!failure.code.empty()) message += " " + failure.code;
  if (!failure.message.empty()) message += ": " + failure.message;
  return {fault,
          message,
          failure.code,
          is_missing_object(failure.code)
              ? "snow-ddl query -c NAME 'CREATE DATABASE ..' (or SCHEMA) makes what is missing; "
                "--create makes tables."
              : ""};
}

std::optional<StreamFault> channel_fault(const ChannelStatus& status) {
  constexpr std::array<std::string_view, 4> kWell = {"", "SUCCESS", "ACTIVE", "0"};
  if (std::find(kWell.begin(), kWell.end(), status.code) != kWell.end()) return std::nullopt;
  if (is_missing_object(status.code)) return StreamFault::missing;
  if (status.code == "ERR_CHANNEL_HAS_INVALID_CLIENT_SEQUENCER") return StreamFault::taken_over;
  return StreamFault::reopen;
}

}  // namespace cdckit::snow
