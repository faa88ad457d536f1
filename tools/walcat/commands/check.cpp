#include "tools/walcat/commands/check.hpp"

#include "common/ack/source_ack.hpp"
#include "common/base/error.hpp"
#include "tools/walcat/server/server.hpp"

#include <functional>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;
using base::ExitCode;

// Runs the checks in order; the first failure decides the exit code and ends them: the later ones
// need the earlier ones.
class Checks {
 public:
  bool add(const std::string& name, const std::function<std::string()>& check) {
    if (code_ != ExitCode::done) return false;
    try {
      cli::print_check(name, true, check());
      return true;
    } catch (const base::Error& error) {
      cli::print_check(name, false, error.what(), error.hint());
      code_ = base::exit_code_for(error.kind());
      return false;
    }
  }
  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_ = ExitCode::done;
};

std::string check_wal_level(pg::Connection& connection) {
  const std::string level = connection.query("SHOW wal_level").text(0, 0);
  if (level == "logical") return level;
  throw base::Error(ErrorKind::unavailable,
                    "could not use the server: wal_level is " + level,
                    "Set wal_level = logical and restart the server.");
}

std::string check_slot(pg::Connection& connection,
                       const Options& options,
                       const cli::CommonOptions& common) {
  if (options.slot.empty()) return "temporary";
  const auto server = read_server_state(connection, options.slot);
  const auto plan =
      plan_start(server,
                 ack::SourceAck(ack_files(common)).read_all(),
                 {.snapshot = snapshot_mode(options, common), .create = options.create});
  if (plan.create_slot) return options.slot + " will be made";
  return options.slot + (plan.snapshot ? ", a snapshot will be taken" : "");
}

}  // namespace

ExitCode run_check(const Options& options, cli::Context& context) {
  Checks checks;
  std::unique_ptr<pg::Connection> sql;
  std::unique_ptr<pg::Connection> replication;
  checks.add("connection", [&] {
    sql = std::make_unique<pg::Connection>(connect_options(options, false));
    return sql->host() + " " + sql->database() + " " + std::to_string(sql->server_version());
  });
  checks.add("wal_level", [&] { return check_wal_level(*sql); });
  checks.add("publication", [&] {
    std::string names;
    if (options.create) return std::string("will be made if missing");
    for (const auto& name : Catalog(*sql).publications(options.publications)) {
      names += (names.empty() ? "" : ", ") + name;
    }
    return names;
  });
  checks.add("replication", [&] {
    replication = std::make_unique<pg::Connection>(connect_options(options, true));
    return read_server_state(*replication, "").id.system_id;
  });
  checks.add("slot", [&] { return check_slot(*replication, options, context.options()); });
  return checks.code();
}

}  // namespace cdckit::walcat
