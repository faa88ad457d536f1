#include "tools/kcat-cdc/run.hpp"

#include "common/base/error.hpp"
#include "common/cli/check_line.hpp"
#include "common/cli/nearest.hpp"
#include "common/cli/text_table.hpp"
#include "common/kafka/admin.hpp"
#include "common/ndjson/writer.hpp"
#include "common/retry/retry.hpp"
#include "tools/kcat-cdc/consume.hpp"
#include "tools/kcat-cdc/listing.hpp"
#include "tools/kcat-cdc/produce.hpp"

#include <functional>
#include <regex>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{5'000};

kafka::Settings resolve(const ConnectionOptions& options) {
  kafka::Settings out;
  if (!options.properties_file.empty()) out = kafka::read_properties(options.properties_file);
  for (const std::string& setting : options.settings) out.push_back(kafka::parse_setting(setting));
  out.push_back({"bootstrap.servers", options.brokers});
  return out;
}

template <class Operation>
auto patiently(const Options& options, const cli::Context& context, Operation operation) {
  const retry::Policy policy{.give_up_after = options.connection.retry_for};
  return retry::run(policy, context.stop(), operation);
}

// One line of --check for something that may throw.
bool check(const std::string& name, ExitCode& code, const std::function<std::string()>& body) {
  try {
    cli::print_check(name, true, body());
    return true;
  } catch (const Error& error) {
    cli::print_check(name, false, error.what(), error.hint());
    if (code == ExitCode::done) code = base::exit_code_for(error.kind());
    return false;
  }
}

ExitCode check_all(const Options& options,
                   const cli::Context& context,
                   const std::vector<std::string>& topics) {
  cli::choose_check_format(options.table_format);
  ExitCode code = ExitCode::done;
  kafka::Settings settings;
  if (!check("settings", code, [&] {
        settings = resolve(options.connection);
        kafka::Admin admin(settings);
        return std::string("librdkafka " + kafka::library_version() + " takes them");
      })) {
    return code;
  }
  kafka::Admin admin(settings);
  if (!check("brokers", code, [&] {
        return "cluster " + patiently(options, context, [&] { return admin.cluster_id(kAnswer); });
      })) {
    return code;
  }
  const auto present = admin.topics(kAnswer);
  for (const std::string& name : topics) {
    check("topic", code, [&] {
      const std::regex expression(name.starts_with('^') ? name : "^$");
      for (const kafka::TopicInfo& topic : present) {
        if (topic.name == name || std::regex_search(topic.name, expression))
          return name + " is there";
      }
      throw Error(ErrorKind::unavailable, "could not find topic \"" + name + "\"");
    });
  }
  return code;
}

void require_brokers(const Options& options) {
  check_connection(options.connection);
}

// With a bounded run a pattern that fits nothing is a mistake; without one it waits for topics.
void require_match(const Options& options,
                   const kafka::Settings& settings,
                   const cli::Context& context) {
  if (options.consume.until.empty()) return;
  kafka::Admin admin(settings);
  const auto present = patiently(options, context, [&] { return admin.topics(kAnswer); });
  for (const std::string& name : options.consume.topics) {
    if (!name.starts_with('^')) continue;
    const std::regex expression(name);
    const bool any =
        std::any_of(present.begin(), present.end(), [&](const kafka::TopicInfo& topic) {
          return std::regex_search(topic.name, expression);
        });
    if (!any)
      throw Error(ErrorKind::unavailable, "could not find a topic that \"" + name + "\" fits");
  }
}

// A group that has neither members nor offsets is a slip of the pen, not one without lag.
void require_group(kafka::Admin& admin, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& group : admin.groups(kAnswer)) {
    if (group.name == name && group.state != "Dead") return;
    names.push_back(group.name);
  }
  const std::string near = cli::near_miss_hint(name, names);
  throw Error(ErrorKind::unavailable,
              "could not find group \"" + name + "\"",
              near.empty() ? "kcat-cdc groups lists those that there are." : near);
}

template <class Item>
void print_list(const Options& options,
                const std::vector<Item>& items,
                std::string (*line)(const Item&),
                std::string (*table)(const std::vector<Item>&)) {
  ndjson::Writer output(1, ndjson::Writer::Flush::when_full);
  if (cli::wants_table(options.table_format)) {
    std::string text = table(items);
    text.pop_back();  // the writer ends the line
    output.write(text);
  } else {
    for (const Item& item : items) output.write(line(item));
  }
  output.flush();
}

}  // namespace

ExitCode run_produce(const Options& options, cli::Context& context) {
  require_brokers(options);
  check_produce(options.produce);
  if (context.options().check) {
    const bool fixed = options.produce.no_create && !options.produce.topic.empty() &&
                       options.produce.routes.empty() &&
                       options.produce.topic.find('{') == std::string::npos;
    return check_all(
        options,
        context,
        fixed ? std::vector<std::string>{options.produce.topic} : std::vector<std::string>{});
  }
  return ProduceLoop(options, resolve(options.connection), context).run();
}

ExitCode run_consume(const Options& options, cli::Context& context) {
  require_brokers(options);
  check_consume(options.consume, !context.options().ack.empty());
  if (context.options().check) return check_all(options, context, options.consume.topics);
  const kafka::Settings settings = resolve(options.connection);
  require_match(options, settings, context);
  return ConsumeLoop(options, settings, context).run();
}

ExitCode run_topics(const Options& options, cli::Context& context) {
  require_brokers(options);
  if (context.options().check) return check_all(options, context, {});
  kafka::Admin admin(resolve(options.connection));
  const auto topics = patiently(options, context, [&] { return admin.topics(kAnswer); });
  print_list(options, topics, topic_line, topic_table);
  return ExitCode::done;
}

ExitCode run_groups(const Options& options, cli::Context& context) {
  require_brokers(options);
  if (context.options().check) return check_all(options, context, {});
  kafka::Admin admin(resolve(options.connection));
  const auto groups = patiently(options, context, [&] { return admin.groups(kAnswer); });
  print_list(options, groups, group_line, group_table);
  return ExitCode::done;
}

ExitCode run_lag(const Options& options, cli::Context& context) {
  require_brokers(options);
  if (options.consume.group.empty())
    throw Error(ErrorKind::usage, "the flag --group (-g) is missing");
  if (context.options().check) return check_all(options, context, {});
  kafka::Admin admin(resolve(options.connection));
  std::vector<kafka::Partition> partitions;
  for (const auto& topic : patiently(options, context, [&] { return admin.topics(kAnswer); })) {
    if (topic.name.starts_with("__")) continue;
    for (std::int32_t i = 0; i < topic.partitions; ++i) partitions.push_back({topic.name, i});
  }
  std::vector<Lag> lags;
  if (!partitions.empty()) {
    for (const auto& [partition, committed] :
         admin.committed(options.consume.group, partitions, kAnswer)) {
      lags.push_back(
          {options.consume.group, partition, committed, admin.offsets(partition, kAnswer)});
    }
  }
  if (lags.empty()) require_group(admin, options.consume.group);
  print_list(options, lags, lag_line, lag_table);
  return ExitCode::done;
}

ExitCode run_check(const Options& options, cli::Context& context) {
  require_brokers(options);
  return check_all(options, context, options.consume.topics);
}

}  // namespace cdckit::kcat_cdc
