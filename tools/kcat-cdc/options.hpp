// kcat-cdc's flags and what they mean together. No I/O.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/kcat-cdc/progress.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

struct ConnectionOptions {
  std::string brokers;
  std::string properties_file;        // -F
  std::vector<std::string> settings;  // -X
  std::chrono::milliseconds retry_for{60'000};
};

struct ProduceOptions {
  std::string topic_prefix;
  std::string topic;
  std::vector<std::string> routes;
  std::string format = "json";
  bool no_tombstones = false;
  bool no_create = false;
  bool raw = false;
  std::int64_t partitions = -1;
  std::int64_t replication = -1;
  std::vector<std::string> topic_config;
};

struct ConsumeOptions {
  std::string group;
  std::vector<std::string> topics;
  std::string from = "stored";
  std::string until;
  std::int64_t limit = -1;
  std::string isolation = "committed";
  std::string format = "auto";
  bool raw = false;
  std::chrono::milliseconds revoke_timeout{30'000};
};

struct Options {
  ConnectionOptions connection;
  ProduceOptions produce;
  ConsumeOptions consume;
  std::string table_format;  // of the commands that list
};

// The flag table; `options` must outlive it.
cli::Tool declare(Options& options);

// Cross-checks; throw usage.
void check_connection(const ConnectionOptions& options);
void check_produce(const ProduceOptions& options);
void check_consume(const ConsumeOptions& options, bool acknowledged);

// `{schema}` and `{table}` stand for a table's names.
std::string topic_pattern(const ProduceOptions& options);
std::map<std::string, std::string> parse_topic_config(const std::vector<std::string>& entries);

struct From {
  enum class Kind { stored, beginning, end, time, offset } kind = Kind::stored;
  std::int64_t value = 0;  // milliseconds since 1970, or the offset
};
From parse_from(const std::string& text);
Until parse_until(const std::string& text);

}  // namespace cdckit::kcat_cdc
