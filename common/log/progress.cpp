#include "common/log/progress.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace cdckit::log {

namespace {

constexpr std::size_t kPoints = 11;  // a rate over five seconds, looked at twice a second
constexpr double kWorthATime = 0.001;

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string short_time(std::chrono::seconds time) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  const std::int64_t whole = time.count();
  if (whole < kMinute) return fmt::format("{} s", whole);
  if (whole < kHour) return fmt::format("{} min {} s", whole / kMinute, whole % kMinute);
  return fmt::format("{} h {} min", whole / kHour, whole % kHour / kMinute);
}

double seconds_between(Progress::Time from, Progress::Time to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

void Progress::tell(const Sample& sample) {
  const std::scoped_lock lock(mutex_);
  if (sample.rows) {
    sample_.rows = sample.rows;
    wanted_.store(false, std::memory_order_relaxed);
  }
  if (sample.lag) sample_.lag = sample.lag;
  if (sample.part) sample_.part = sample.part;
}

void Progress::doing(std::string what) {
  const std::scoped_lock lock(mutex_);
  doing_ = std::move(what);
}

void Progress::leave(bool to_others) {
  const std::scoped_lock lock(mutex_);
  left_to_others_ = to_others;
}

std::optional<double> Progress::rate() const {
  if (points_.size() < 2) return std::nullopt;
  const double seconds = seconds_between(points_.front().time, points_.back().time);
  if (seconds <= 0 || points_.back().rows < points_.front().rows) return std::nullopt;
  return static_cast<double>(points_.back().rows - points_.front().rows) / seconds;
}

std::optional<std::chrono::seconds> Progress::left(Time now) const {
  if (!sample_.part || !began_ || *sample_.part < kWorthATime || *sample_.part > 1)
    return std::nullopt;
  const double gone = seconds_between(*began_, now);
  return std::chrono::seconds(
      static_cast<std::int64_t>(std::ceil(gone * (1 - *sample_.part) / *sample_.part)));
}

std::string Progress::look(Time now) {
  const std::scoped_lock lock(mutex_);
  wanted_.store(true, std::memory_order_relaxed);
  if (!began_) began_ = now;
  if (sample_.rows) points_.push_back({now, *sample_.rows});
  if (points_.size() > kPoints) points_.pop_front();
  if (left_to_others_) return {};
  std::string line = doing_;
  const auto append = [&](const std::string& text) {
    if (!line.empty()) line += ", ";
    line += text;
  };
  if (sample_.rows && *sample_.rows > 0) {
    append(grouped(*sample_.rows) + " rows");
    if (const auto each = rate())
      append(grouped(static_cast<std::uint64_t>(std::llround(*each))) + " rows/s");
    if (sample_.lag)
      append(fmt::format("lag {:.1f} s",
                         std::max(0.0, std::chrono::duration<double>(*sample_.lag).count())));
  }
  if (const auto time = left(now)) append(short_time(*time) + " left");
  return line;
}

Progress& own_progress() {
  static Progress instance;
  return instance;
}

}  // namespace cdckit::log
