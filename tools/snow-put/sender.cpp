#include "tools/snow-put/sender.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow_put {
namespace {

using snow::StreamError;
using snow::StreamFault;
using std::chrono::steady_clock;

constexpr int kCompressionLevel = 1;
constexpr int kMostReopens = 5;
// The service's limit on a request body, after compression.
constexpr std::size_t kLargestFrame = 4'000'000;

}  // namespace

Sender::Sender(Transport& transport, std::chrono::milliseconds commit_patience)
    : transport_(transport),
      compressor_(kCompressionLevel),
      commit_patience_(commit_patience),
      last_progress_(steady_clock::now()) {}

snow::ChannelStatus Sender::open(ChannelId id,
                                 const snow::PipeAddress& pipe,
                                 const std::string& name) {
  snow::OpenedChannel opened = transport_.open(pipe, name);
  if (const auto fault = snow::channel_fault(opened.status)) {
    throw StreamError(*fault,
                      "could not open channel \"" + name + "\": " + opened.status.code,
                      opened.status.code);
  }
  Channel& channel = channels_[id];
  channel.id = id;
  channel.pipe = pipe;
  channel.name = name;
  channel.continuation_token = opened.continuation_token;
  channel.committed_token = opened.status.committed_token;
  channel.errors_seen = opened.status.rows_errors;
  channel.outages = transport_.outages();
  return opened.status;
}

void Sender::compress(Batch& batch) {
  batch.body_bytes = batch.body.size();
  compressor_.compress(batch.body, batch.frame);
  batch.frame.shrink_to_fit();
  std::string().swap(batch.body);
  batch.too_large = batch.frame.size() >= kLargestFrame;
}

void Sender::append(ChannelId id, BatchPointer batch) {
  Channel& channel = channels_.at(id);
  if (!has_uncommitted()) last_progress_ = steady_clock::now();
  compress(*batch);
  if (!batch->too_large) send(channel, *batch);
  channel.sent.push_back(std::move(batch));
}

void Sender::send(Channel& channel, Batch& batch) {
  for (;;) {
    try {
      channel.continuation_token =
          transport_.append(channel.pipe,
                            channel.name,
                            {.continuation_token = channel.continuation_token,
                             .start_token = batch.start_token,
                             .end_token = batch.end_token,
                             .body = batch.frame,
                             .uncompressed_bytes = batch.body_bytes});
      return;
    } catch (const StreamError& error) {
      // A service that was started anew forgets its sequencers, as if another writer had come.
      const bool restarted = channel.outages != transport_.outages();
      const bool stale = error.fault() == StreamFault::taken_over;
      if (stale && !restarted) taken_over(channel, error.what());
      if (error.fault() == StreamFault::too_large) {
        batch.too_large = true;
        return;
      }
      if (error.fault() != StreamFault::reopen && !stale) throw;
      reopen(channel, error);
    }
  }
}

// Rows that were accepted and not committed may be lost now: what is behind the committed token is
// sent again. Opening waits until nothing is left uncommitted.
void Sender::reopen(Channel& channel, const base::Error& reason) {
  if (++channel.reopened > kMostReopens) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not keep channel \"" + channel.name + "\" open: " + reason.what());
  }
  log::warning("opening channel \"" + channel.name + "\" again: " + reason.what());
  const snow::OpenedChannel opened = transport_.open(channel.pipe, channel.name);
  channel.continuation_token = opened.continuation_token;
  channel.outages = transport_.outages();
  settle(channel, opened.status);
  for (std::size_t i = 0; i < channel.sent.size(); ++i) {
    if (!channel.sent[i]->too_large) send(channel, *channel.sent[i]);
  }
}

void Sender::taken_over(const Channel& channel, const std::string& why) {
  const std::string message =
      "could not go on with channel \"" + channel.name + "\": another writer has it (" + why + ")";
  if (channel.released) throw base::Error(base::ErrorKind::temporary, message);
  throw StreamError(StreamFault::taken_over,
                    message,
                    "",
                    "Only one snow-put may write with one --channel-prefix; stop the other one.");
}

// Moves what the token has passed to `settled`. Batches that were too large were never sent: they
// settle with what stands before them.
void Sender::settle(Channel& channel, const snow::ChannelStatus& status) {
  const std::uint64_t errors =
      status.rows_errors > channel.errors_seen ? status.rows_errors - channel.errors_seen : 0;
  channel.errors_seen = status.rows_errors;
  channel.errors_carried += errors;
  if (errors > 0) channel.error_message = status.last_error_message;
  if (status.committed_token != channel.committed_token) {
    const auto last =
        std::find_if(channel.sent.begin(), channel.sent.end(), [&](const auto& batch) {
          return !batch->too_large && batch->end_token == status.committed_token;
        });
    if (last == channel.sent.end()) {
      taken_over(channel, "its token is \"" + status.committed_token + "\"");
    }
    channel.committed_token = status.committed_token;
    const auto count = static_cast<std::size_t>(last - channel.sent.begin()) + 1;
    for (std::size_t i = 0; i < count; ++i) {
      channel.settled.push_back(std::move(channel.sent.front()));
      channel.sent.pop_front();
    }
    channel.reopened = 0;
    last_progress_ = steady_clock::now();
  }
  while (!channel.sent.empty() && channel.sent.front()->too_large) {
    channel.settled.push_back(std::move(channel.sent.front()));
    channel.sent.pop_front();
  }
}

void Sender::check(Channel& channel, const std::map<std::string, snow::ChannelStatus>& statuses) {
  const auto found = statuses.find(channel.name);
  if (found == statuses.end()) {
    reopen(channel, base::Error(base::ErrorKind::unavailable, "the service no longer knows it"));
    return;
  }
  const auto fault = snow::channel_fault(found->second);
  if (channel.outages != transport_.outages()) {
    // Accepted rows may be gone with the old process, and nothing would ever say so.
    reopen(channel, base::Error(base::ErrorKind::unavailable, "the service was out of reach"));
  } else if (!fault) {
    settle(channel, found->second);
  } else if (*fault == StreamFault::taken_over) {
    taken_over(channel, found->second.code);
  } else if (*fault == StreamFault::reopen) {
    reopen(channel, base::Error(base::ErrorKind::unavailable, found->second.code));
  } else {
    throw StreamError(
        *fault,
        "could not go on with channel \"" + channel.name + "\": " + found->second.code,
        found->second.code);
  }
}

Committed Sender::take_settled(Channel& channel) {
  Committed committed;
  committed.channel = channel.id;
  while (!channel.settled.empty()) {
    committed.batches.push_back(std::move(channel.settled.front()));
    channel.settled.pop_front();
  }
  committed.row_errors = std::exchange(channel.errors_carried, 0);
  committed.error_message = channel.error_message;
  return committed;
}

void Sender::check_patience() {
  if (steady_clock::now() - last_progress_ < commit_patience_) return;
  throw base::Error(
      base::ErrorKind::temporary,
      "could not see accepted rows committed within " + base::format_duration(commit_patience_));
}

std::vector<Committed> Sender::poll() {
  std::map<snow::PipeAddress, std::vector<Channel*>> asked;
  for (auto& [id, channel] : channels_) {
    if (!channel.sent.empty()) asked[channel.pipe].push_back(&channel);
  }
  for (const auto& [pipe, channels] : asked) {
    std::vector<std::string> names;
    for (const Channel* channel : channels) names.push_back(channel->name);
    const auto statuses = transport_.status(pipe, names);
    for (Channel* channel : channels) check(*channel, statuses);
  }
  std::vector<Committed> out;
  for (auto& [id, channel] : channels_) {
    if (!channel.settled.empty()) out.push_back(take_settled(channel));
  }
  if (out.empty() && has_uncommitted()) check_patience();
  return out;
}

void Sender::release(ChannelId id) {
  channels_.at(id).released = true;
}

void Sender::forget(ChannelId id) {
  channels_.erase(id);
}

bool Sender::has_uncommitted() const noexcept {
  return std::any_of(channels_.begin(), channels_.end(), [](const auto& entry) {
    return !entry.second.sent.empty() || !entry.second.settled.empty();
  });
}

}  // namespace cdckit::snow_put
