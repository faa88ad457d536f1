// What the streaming service says, read without any network: host names, tokens, channel states,
// and what each refusal asks a client to do.
#pragma once

#include "common/base/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::snow {

enum class StreamFault {
  transient,    // the same bytes with the same token again, later
  taken_over,   // another writer opened the channel
  reopen,       // open the channel again and send what is not committed
  uncommitted,  // wait: the channel holds rows that are not committed yet
  too_large,    // the body must be smaller
  missing,      // table, pipe, schema or database
  moved,        // ask for the host again
  refused,      // for good
};

class StreamError : public base::Error {
 public:
  StreamError(StreamFault fault,
              const std::string& message,
              std::string code,
              std::string hint = {});
  [[nodiscard]] StreamFault fault() const noexcept { return fault_; }
  [[nodiscard]] const std::string& code() const noexcept { return code_; }

 private:
  StreamFault fault_;
  std::string code_;
};

struct ChannelStatus {
  std::string name{};
  std::string code{};             // SUCCESS, ERR_...
  std::string committed_token{};  // empty: nothing yet
  std::uint64_t rows_inserted = 0;
  std::uint64_t rows_errors = 0;  // both over the channel's life
  bool has_counts = false;        // they were in the answer
  std::uint64_t created_ms = 0;   // 0: not said
  std::string last_error_message{};
  std::string last_error_upper_bound{};
};

struct OpenedChannel {
  std::string continuation_token;
  ChannelStatus status;
};

struct HostAddress {
  std::string scheme;  // empty: the connection's
  std::string host;    // without underscores
  int port = 0;        // 0: the connection's
};

// Plain text or {"hostname":".."}; with or without scheme and port. Throws protocol.
HostAddress parse_hostname(std::string_view body);
// Plain text or {"token":".."}. Throws protocol.
std::string parse_token(std::string_view body);
// Nothing when the body is no whole answer.
std::optional<OpenedChannel> parse_opened(std::string_view body);
std::optional<std::string> parse_appended(std::string_view body);
std::optional<std::map<std::string, ChannelStatus>> parse_statuses(std::string_view body);

// What an HTTP status other than 200, with this body, means.
StreamError stream_error(const std::string& what, long status, std::string_view body);
// What a channel's status code asks for; nothing while the channel is well.
std::optional<StreamFault> channel_fault(const ChannelStatus& status);

}  // namespace cdckit::snow
