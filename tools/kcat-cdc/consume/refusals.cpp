#include "tools/kcat-cdc/consume/refusals.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tools/kcat-cdc/consume/dead_letters.hpp"

#include <utility>

namespace cdckit::kcat_cdc {

namespace {

constexpr std::uint64_t kSayFirst = 10;  // then every thousandth

std::string where(const kafka::Record& record) {
  return "topic \"" + std::string(record.topic) + "\" partition " +
         std::to_string(record.partition) + " offset " + std::to_string(record.offset);
}

}  // namespace

Refusals::Refusals(const ConsumeOptions& options,
                   kafka::Settings settings,
                   std::chrono::milliseconds retry_for)
    : options_(options), settings_(std::move(settings)), retry_for_(retry_for) {}

Refusals::~Refusals() = default;

void Refusals::add(const kafka::Record& record, const std::string& reason) {
  const std::string text = where(record) + ": could not read record: " + reason;
  const bool dead_letter = !options_.dead_letter.empty();
  if (!dead_letter && options_.on_error != "skip") {
    throw base::Error(base::ErrorKind::data,
                      text,
                      options_.raw ? "" : "With --raw records are given out as they are.");
  }
  if (dead_letter) {
    if (!letters_)
      letters_ = std::make_unique<DeadLetters>(settings_, options_.dead_letter, retry_for_);
    letters_->add(record, reason);
  }
  ++count_;
  if (count_ <= kSayFirst || count_ % 1000 == 0)
    log::warning(text + (dead_letter ? "; it went to the dead letters" : "; it is left out"));
}

void Refusals::settle() {
  if (letters_) letters_->settle();
  settled_ = count_;
}

}  // namespace cdckit::kcat_cdc
