// tested by
// tests/integration/cdc-check/test_commands.py::test_what_is_good_now_goes_on_in_its_order
#include "tools/cdc-check/commands/replay.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/ndjson/reader.hpp"
#include "common/ndjson/reject_file.hpp"
#include "common/ndjson/validator.hpp"
#include "tools/cdc-check/filter/line_output.hpp"
#include "tools/cdc-check/program/describe.hpp"
#include "tools/cdc-check/values/key_hash.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <set>
#include <unistd.h>

namespace cdckit::cdc_check {
namespace {

std::string_view text_of(std::string_view token) noexcept {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2)
                                                   : std::string_view{};
}

// One line of a quarantine, slices of it.
struct Kept {
  explicit Kept(std::string_view line)
      : source(text_of(ndjson::find_member(line, "source"))),
        number(base::parse_unsigned(ndjson::find_member(line, "line")).value_or(0)),
        pos(text_of(ndjson::find_member(line, "pos"))),
        reason(ndjson::find_member(line, "reason")),
        code(ndjson::find_member(line, "code")),
        row(ndjson::find_member(line, "row")) {}

  std::string_view source;
  std::uint64_t number;
  std::string_view pos;
  std::string_view reason;  // tokens
  std::string_view code;
  std::string_view row;
};

std::string_view unescaped(std::string_view token, std::string& scratch) {
  return token.starts_with('"') ? ndjson::unescape(token, scratch) : std::string_view{};
}

class Replay {
 public:
  Replay(const std::string& file, Checker& checker, cli::Context& context)
      : file_(file),
        fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)),
        checker_(checker),
        context_(context),
        output_(STDOUT_FILENO) {
    if (!fd_.is_open())
      throw base::system_error(
          base::ErrorKind::unavailable, "could not open \"" + file + "\"", errno);
    const std::string& reject = context.options().reject;
    std::error_code failure;
    if (!reject.empty() && std::filesystem::equivalent(file, reject, failure))
      throw base::Error(base::ErrorKind::usage,
                        "could not use --reject \"" + reject + "\": it is the file that is read");
    if (!reject.empty()) rejects_.emplace(reject, context.tool());
  }

  base::ExitCode run() {
    ndjson::Reader reader(fd_.get(), file_, context_.options().max_line);
    ndjson::Line line;
    ndjson::Validator validator;
    for (;;) {
      const auto status = reader.next(line, std::chrono::milliseconds(-1), context_.stop().fd());
      if (status == ndjson::ReadStatus::end) break;
      if (status != ndjson::ReadStatus::line && status != ndjson::ReadStatus::too_long)
        return end(base::ExitCode::retry_later);
      const char* why = status == ndjson::ReadStatus::line ? validator.check_object(line.text, true)
                                                           : "it is longer than --max-line";
      const Kept kept(why == nullptr ? line.text : std::string_view("{}"));
      if (kept.row.empty()) {
        // the half of a line that a killed run left: its row came again
        log::warning(reader.where(line.number) + ": passed over, no line of a quarantine");
      } else {
        take(kept);
      }
      if (log::own_progress().wanted()) log::own_progress().tell({.rows = passed_ + still_bad_});
    }
    return end(still_bad_ > 0 ? base::ExitCode::differences : base::ExitCode::done);
  }

 private:
  void take(const Kept& kept) {
    if (!kept.pos.empty()) {
      key_.assign(kept.pos);
      key_ += kept.row;
      if (!seen_.insert(hash_of(key_)).second) return;  // a rerun kept it twice
    }
    event::LineKind kind{};
    event::Event event;
    if (!kept.row.starts_with('{') || is_base64(kept.row) ||
        decoder_.decode(kept.row, true, kind, event) != nullptr ||
        kind == event::LineKind::control) {
      keep(kept, unescaped(kept.reason, reason_), unescaped(kept.code, code_));
      return;
    }
    const auto& broken =
        kind == event::LineKind::event ? checker_.check_event(event) : checker_.check_row(event);
    const Broken* worst = worst_of(broken);
    checker_.settle(worst == nullptr);
    if (worst == nullptr) {
      output_.add(kept.row);
      ++passed_;
    } else {
      keep(kept, describe(*worst), worst->code->rule.name);
    }
  }

  // What was no JSON at all.
  static bool is_base64(std::string_view row) {
    ndjson::ObjectCursor cursor(row);
    ndjson::Member member;
    return cursor.next(member) && member.name == "base64" && !cursor.next(member);
  }

  void keep(const Kept& kept, std::string_view reason, std::string_view code) {
    ++still_bad_;
    if (rejects_) rejects_->add({kept.source, kept.number, kept.pos, reason, code, kept.row, true});
  }

  base::ExitCode end(base::ExitCode code) {
    if (rejects_) rejects_->sync();
    output_.flush();
    const std::string text =
        std::to_string(passed_) + " lines go on, " + std::to_string(still_bad_) + " are kept back";
    if (still_bad_ > 0) {
      log::warning(text);
    } else {
      log::info(text);
    }
    return code;
  }

  const std::string& file_;
  io::FileDescriptor fd_;
  Checker& checker_;
  cli::Context& context_;
  LineOutput output_;
  std::optional<ndjson::RejectFile> rejects_;
  event::Decoder decoder_;
  std::set<KeyHash> seen_;
  std::string key_;
  std::string reason_;
  std::string code_;
  std::uint64_t passed_ = 0;
  std::uint64_t still_bad_ = 0;
};

}  // namespace

base::ExitCode replay(const std::string& file, Checker& checker, cli::Context& context) {
  return Replay(file, checker, context).run();
}

}  // namespace cdckit::cdc_check
