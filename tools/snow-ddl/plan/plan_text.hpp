// A plan for those who read it: programs (one JSON object a script), terminals, pull requests
// (Markdown), and GitHub's annotations. Pure.
#pragma once

#include "tools/snow-ddl/plan/destructive.hpp"
#include "tools/snow-ddl/plan/plan.hpp"

#include <map>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

// What is lost, by script and statement (from 0).
using Losses = std::map<const Script*, std::map<std::size_t, std::string>>;

// What the server said of a statement that it was asked about without running it; empty: nothing
// against it. By script and statement (from 0).
using ServerChecks = std::map<const Script*, std::map<std::size_t, std::string>>;

struct PlanView {
  const std::vector<PlannedScript>& plan;
  const Losses& losses;
  const Mask& mask;
  const ServerChecks* checks = nullptr;  // null: nobody asked
  bool offline = false;                  // what is applied already is not known
};

// {"script","action","reason","statements":[{"n","line","sql","destructive","check"}]}
std::string plan_line(const PlanView& view, const PlannedScript& planned);
std::string plan_as_text(const PlanView& view);
std::string plan_as_markdown(const PlanView& view);
std::string plan_as_annotations(const PlanView& view);

// status: {"tool","script","type","version","state","checksum","installed_on","installed_by"}
std::string status_line(const PlannedScript& planned);

}  // namespace cdckit::snow_ddl
