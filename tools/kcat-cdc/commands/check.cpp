// tested by
// tests/integration/kcat-cdc/test_consume.py::test_a_group_that_nobody_knows_and_tables_for_people
// tested by tests/integration/kcat-cdc/test_security.py::test_check_says_what_a_login_may_do
#include "tools/kcat-cdc/commands/check.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/check_line.hpp"
#include "common/cli/nearest.hpp"
#include "common/http/environment.hpp"
#include "common/kafka/admin.hpp"
#include "common/kafka/consumer.hpp"
#include "common/kafka/membership.hpp"
#include "common/retry/retry.hpp"
#include "tools/kcat-cdc/topics/topic_facts.hpp"

#include <functional>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{5'000};

class ClusterCheck {
 public:
  ClusterCheck(const ConnectionOptions& connection,
               const CheckWish& wish,
               registry::Client* registry,
               const cli::Context& context)
      : connection_(connection), wish_(wish), registry_(registry), context_(context) {}

  ExitCode run() {
    if (!check("settings", [&] {
          settings_ = resolve(connection_, wish_.owned);
          admin_.emplace(settings_);
          return "librdkafka " + kafka::library_version() + " takes them";
        }))
      return code_;
    check("assignment", [&] { return assignment(); });
    if (speaks_http()) check("https", [&] { return http::describe_environment(authorities()); });
    if (check("brokers", [&] { return brokers(); })) look_at_topics();
    look_at_registry();
    return code_;
  }

 private:
  // One line for something that may throw.
  bool check(const std::string& name, const std::function<std::string()>& body) {
    try {
      cli::print_check(name, true, body());
      return true;
    } catch (const Error& error) {
      cli::print_check(name, false, error.what(), error.hint());
      if (code_ == ExitCode::done) code_ = base::exit_code_for(error.kind());
      return false;
    }
  }

  std::string assignment() const {
    const std::string_view given = kafka::find_setting(settings_, "partition.assignment.strategy");
    if (!given.empty()) return std::string(given) + ", as it is set";
    return kafka::default_assignment() + ", librdkafka " + kafka::library_version() +
           "'s default here";
  }

  [[nodiscard]] bool speaks_http() const {
    return registry_ != nullptr ||
           kafka::find_setting(settings_, "sasl.oauthbearer.method") == "oidc";
  }

  // The registry may have others of its own, by its property.
  std::string authorities() const {
    const auto registry = registry_of(connection_);
    if (registry && !registry->ca_file.empty()) return registry->ca_file;
    const std::string_view oidc = kafka::find_setting(settings_, "https.ca.location");
    return oidc.empty() ? connection_.ca_file : std::string(oidc);
  }

  std::string brokers() {
    const retry::Policy policy{.give_up_after = connection_.retry_for};
    return "cluster " +
           retry::run(policy, context_.stop(), [&] { return admin_->cluster_id(kAnswer); });
  }

  void look_at_topics() {
    if (wish_.makes) check("create", [&] { return could_create(*wish_.makes); });
    if (!wish_.group.empty()) check("group", [&] { return group_is_readable(); });
    if (wish_.topics.empty()) return;
    if (!check("topics", [&] {
          present_ = admin_->topics(kAnswer);
          return std::to_string(present_.size()) + " to be seen";
        }))
      return;
    for (const std::string& name : wish_.topics) {
      std::string found;
      if (!check("topic", [&] { return find_topic(name, found); })) continue;
      if (wish_.reads) check("read", [&] { return is_readable(found); });
    }
  }

  std::string find_topic(const std::string& name, std::string& found) {
    const kafka::Subscription subscription({name});
    std::vector<std::string> names;
    for (const kafka::TopicInfo& topic : present_) {
      if (subscription.takes(topic.name)) {
        found = topic.name;
        return name + " is there" + described(topic);
      }
      names.push_back(topic.name);
    }
    if (!name.starts_with('^')) (void)admin_->partitions(name, kAnswer);  // it may be hidden
    throw Error(ErrorKind::unavailable,
                "could not find topic \"" + name + "\"",
                cli::near_miss_hint(name, names));
  }

  // What of its settings decides over records.
  std::string described(const kafka::TopicInfo& topic) {
    std::string out = ": partitions " + std::to_string(topic.partitions);
    try {
      const TopicFacts facts = read_facts(admin_->topic_settings(topic.name, kAnswer));
      if (!facts.cleanup.empty()) out += ", cleanup.policy " + facts.cleanup;
      if (facts.retention_ms) {
        out += ", records older than " + base::format_duration(milliseconds(*facts.retention_ms)) +
               " are deleted";
      }
      if (facts.most_bytes) out += ", max.message.bytes " + std::to_string(*facts.most_bytes);
      return out;
    } catch (const Error& error) {
      return out + ", its settings are not told: " + error.what();
    }
  }

  // Fetches from its end: nothing else shows that a login may read.
  std::string is_readable(const std::string& topic) {
    kafka::Consumer reader(settings_, "kcat-cdc-check");
    reader.assign({{{topic, 0}, kafka::kOffsetEnd}});
    const auto until = std::chrono::steady_clock::now() + kAnswer;
    while (std::chrono::steady_clock::now() < until) {
      const kafka::Polled polled = reader.poll(milliseconds(100));
      if (polled == kafka::Polled::end_of_partition || polled == kafka::Polled::record)
        return topic + " can be read";
    }
    throw Error(ErrorKind::temporary, "could not read from topic \"" + topic + "\": no answer");
  }

  std::string group_is_readable() {
    std::vector<kafka::Partition> one;
    for (const std::string& name : wish_.topics) {
      if (!name.starts_with('^')) one.push_back({name, 0});
    }
    if (one.empty()) one.push_back({"kcat-cdc-check", 0});
    (void)admin_->committed(wish_.group, one, kAnswer);
    return "offsets of " + wish_.group + " can be read";
  }

  std::string could_create(const WishedTopics& makes) {
    const std::string name = makes.base + ".kcat-cdc-check";
    (void)admin_->could_create({name, makes.partitions, makes.replication, makes.config}, kAnswer);
    return "topics like " + name + " can be made";
  }

  void look_at_registry() {
    if (registry_ == nullptr) return;
    if (!check("registry", [&] {
          registry_->check_access();
          return "answers; where a subject says nothing itself, compatibility is " +
                 registry_->level_of({});
        }))
      return;
    for (const std::string& name : wish_.topics) {
      if (name.starts_with('^')) continue;
      check("subject",
            [&] { return name + "-value: compatibility " + registry_->level_of(name + "-value"); });
    }
  }

  const ConnectionOptions& connection_;
  const CheckWish& wish_;
  registry::Client* registry_;
  const cli::Context& context_;
  kafka::Settings settings_;
  std::optional<kafka::Admin> admin_;
  std::vector<kafka::TopicInfo> present_;
  ExitCode code_ = ExitCode::done;
};

}  // namespace

ExitCode check_cluster(const ConnectionOptions& connection,
                       const CheckWish& wish,
                       registry::Client* registry,
                       const cli::Context& context) {
  cli::choose_check_format(wish.table_format);
  return ClusterCheck(connection, wish, registry, context).run();
}

}  // namespace cdckit::kcat_cdc
