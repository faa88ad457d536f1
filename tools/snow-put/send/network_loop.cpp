// tested by tests/integration/snow-put/test_exactly_once.py::test_busy_429
#include "tools/snow-put/send/network_loop.hpp"

#include "common/base/clock.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow_put {
namespace {

using snow::StreamError;
using snow::StreamFault;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMostTransfers = 16;
// How many channels one status call asks for.
constexpr std::size_t kMostAsked = 100;
constexpr milliseconds kIdle{1'000};
constexpr long kUnauthorized = 401;
constexpr long kForbidden = 403;

}  // namespace

Network::Loop::Loop(Network& owner, http::MultiClient& client, snow::StreamingSession& session)
    : owner_(owner), client_(client), session_(session) {}

// Bodies are about to go.
Network::Loop::~Loop() {
  client_.abandon();
}

void Network::Loop::open(ChannelId id, const snow::PipeAddress& pipe, const std::string& name) {
  channels_[id] = std::make_unique<Channel>(Channel{
      pipe, {name, owner_.settings_.streaming.retry}, Pacer(owner_.settings_.max_rate), false});
}

void Network::Loop::reopen(ChannelId id) {
  Channel& channel = *channels_.at(id);
  channel.reopens = true;
}

void Network::Loop::append(ChannelId id, BatchPointer batch) {
  channels_.at(id)->machine.add(std::move(batch), steady_clock::now());
}

void Network::Loop::release(ChannelId id) {
  channels_.at(id)->machine.release(steady_clock::now());
}

void Network::Loop::forget(ChannelId id) {
  channels_.erase(id);
}

void Network::Loop::step() {
  const Time now = steady_clock::now();
  wake_at_ = now + kIdle;
  hand_over();  // what needed no answer
  send_wishes(now);
  send_polls(now);
  const auto limit = std::chrono::ceil<milliseconds>(wake_at_ - steady_clock::now());
  for (auto& done : client_.wait(std::max(limit, milliseconds(1))))
    finish(done, steady_clock::now());
  hand_over();
}

void Network::Loop::send_wishes(Time now) {
  for (auto& [id, channel] : channels_) {
    if (channel->reopens && channel->machine.at_rest()) {
      channel->reopens = false;
      channel->machine.reopen(now);
    }
    channel->machine.check_patience(now);
    if (client_.running() >= kMostTransfers) return wake_by(now + milliseconds(10));
    send_wish(id, *channel, now);
  }
}

bool Network::Loop::send_wish(ChannelId id, Channel& channel, Time now) {
  const ChannelMachine::Wish wish = channel.machine.wish();
  if (wish.action == ChannelMachine::Action::none) return false;
  Time at = wish.at;
  const std::size_t bytes = wish.batch != nullptr ? wish.batch->body_bytes : 0;
  if (bytes > 0) at = std::max(at, channel.pacer.ready(bytes, now));
  if (at > now) {
    wake_by(at);
    return false;
  }
  const snow::CallId call{std::string(wish.request_id), wish.tries};
  Call made;
  made.channel = id;
  channel.machine.sent();
  if (wish.action == ChannelMachine::Action::open) {
    made.kind = Kind::open;
    send(std::move(made), snow::open_request(channel.pipe, channel.machine.name(), call));
    return true;
  }
  channel.pacer.sent(bytes, now);
  made.kind = Kind::append;
  send(std::move(made),
       snow::append_request(channel.pipe,
                            channel.machine.name(),
                            {.continuation_token = wish.continuation_token,
                             .start_token = wish.batch->start_token,
                             .end_token = wish.batch->end_token,
                             .body = wish.batch->frame,
                             .uncompressed_bytes = bytes},
                            call));
  return true;
}

void Network::Loop::send(Call call, http::Request request) {
  auto kept = std::make_unique<Call>(std::move(call));
  kept->login = login_;
  if (kept->kind == Kind::status) request.body = kept->body;
  try {
    session_.address(request);
    const auto ticket = client_.start(std::move(request));
    calls_[ticket] = std::move(kept);
  } catch (const base::Error& error) {
    if (!error.retryable()) throw;
    fail(*kept, error, steady_clock::now());
  }
}

// A pipe is asked while something of it is accepted and not known to be committed.
void Network::Loop::send_polls(Time now) {
  std::map<snow::PipeAddress, std::vector<ChannelId>> waiting;
  for (const auto& [id, channel] : channels_) {
    if (channel->machine.awaits_commit()) waiting[channel->pipe].push_back(id);
  }
  std::erase_if(pipes_, [&](const auto& entry) {
    return !entry.second.asking && !waiting.contains(entry.first);
  });
  for (auto& [address, asked] : waiting) {
    const auto [found, is_new] = pipes_.try_emplace(address);
    Pipe& pipe = found->second;
    if (is_new) pipe.next_poll = now + owner_.poll_every();
    if (pipe.asking) continue;
    pipe.next_poll = std::min(pipe.next_poll, now + owner_.poll_every());
    if (pipe.next_poll > now) {
      wake_by(pipe.next_poll);
      continue;
    }
    poll(address, std::move(asked));
  }
}

void Network::Loop::poll(const snow::PipeAddress& pipe, std::vector<ChannelId> asked) {
  // in turn, when there are more of them
  if (asked.size() > kMostAsked) {
    const auto turn = static_cast<std::ptrdiff_t>(calls_.size() % asked.size());
    std::rotate(asked.begin(), asked.begin() + turn, asked.end());
    asked.resize(kMostAsked);
  }
  std::vector<std::string> names;
  for (const ChannelId id : asked) names.push_back(channels_.at(id)->machine.name());
  Call call;
  call.kind = Kind::status;
  call.pipe = pipe;
  call.asked = std::move(asked);
  call.body = snow::status_body(names);
  pipes_[pipe].asking = true;
  send(std::move(call), snow::status_request(pipe, {}, {base::random_uuid(), 0}));
}

void Network::Loop::interrupt_all() {
  for (auto& [id, channel] : channels_) channel->machine.interrupted();
}

// The token of this call was not taken: another one is got once; a second refusal is for good.
bool Network::Loop::refused(const Call& call, const http::Response& response) {
  if (response.status != kUnauthorized && response.status != kForbidden) {
    refusals_ = 0;
    return false;
  }
  if (call.login != login_) return true;  // another call has seen to it
  if (++refusals_ > 1)
    throw session_.authenticator().refused("use the streaming service", response);
  ++login_;
  session_.forget_token();
  return true;
}

void Network::Loop::finish(http::MultiClient::Finished& done, Time now) {
  auto node = calls_.extract(done.ticket);
  if (node.empty()) return;
  const Call& call = *node.mapped();
  if (done.failure) {
    if (done.failure->failure() == http::Failure::connect) interrupt_all();
    return fail(call, *done.failure, now);
  }
  if (refused(call, done.response)) {
    return fail(call, StreamError(StreamFault::transient, "the token was not taken", ""), now);
  }
  if (call.kind == Kind::status) return finish_status(call, done.response, now);
  const auto found = channels_.find(call.channel);
  if (found == channels_.end()) return;
  Channel& channel = *found->second;
  if (done.response.status != 200) {
    const std::string what = call.kind == Kind::open ? "open" : "append to";
    const StreamError error = snow::stream_error(
        what + " channel \"" + channel.machine.name() + "\" of pipe \"" + channel.pipe.pipe + "\"",
        done.response.status,
        done.response.body);
    if (error.fault() == StreamFault::moved) session_.forget_host();
    return fail(call, error, now);
  }
  if (call.kind == Kind::open) return finish_open(channel, call.channel, done.response, now);
  finish_append(channel, done.response, now);
}

void Network::Loop::finish_open(Channel& channel,
                                ChannelId id,
                                const http::Response& response,
                                Time now) {
  const auto answer = snow::parse_opened(response.body);
  if (!answer) {
    return channel.machine.failed(StreamError(StreamFault::transient, "the answer is no JSON", ""),
                                  now);
  }
  if (channel.machine.opened(*answer, now)) news_.opened.push_back({id, channel.machine.state()});
}

void Network::Loop::finish_append(Channel& channel, const http::Response& response, Time now) {
  const auto token = snow::parse_appended(response.body);
  if (token) return channel.machine.appended(*token, now);
  channel.machine.failed(StreamError(StreamFault::transient, "the answer is no JSON", ""), now);
}

void Network::Loop::finish_status(const Call& call, const http::Response& response, Time now) {
  if (response.status != 200) {
    const StreamError error = snow::stream_error(
        "ask for the state of pipe \"" + call.pipe.pipe + "\"", response.status, response.body);
    if (error.fault() == StreamFault::moved) session_.forget_host();
    return fail(call, error, now);
  }
  const auto statuses = snow::parse_statuses(response.body);
  if (!statuses) {
    return fail(call, StreamError(StreamFault::transient, "the answer is no JSON", ""), now);
  }
  Pipe& pipe = pipes_[call.pipe];
  pipe.asking = false;
  pipe.next_poll = now + owner_.poll_every();
  for (const ChannelId id : call.asked) {
    const auto channel = channels_.find(id);
    if (channel == channels_.end()) continue;
    ChannelMachine& machine = channel->second->machine;
    const auto found = statuses->find(machine.name());
    machine.saw(found == statuses->end() ? nullptr : &found->second, now);
  }
}

void Network::Loop::fail(const Call& call, const base::Error& error, Time now) {
  if (call.kind != Kind::status) {
    const auto found = channels_.find(call.channel);
    if (found != channels_.end()) found->second->machine.failed(error, now);
    return;
  }
  Pipe& pipe = pipes_[call.pipe];
  pipe.asking = false;
  pipe.next_poll = now + owner_.poll_every();
  const auto* fault = dynamic_cast<const StreamError*>(&error);
  if (fault == nullptr && !error.retryable()) throw error;
  log::debug(error.what());
  if (fault == nullptr) return;  // patience is the machines'
  for (const ChannelId id : call.asked) {
    const auto channel = channels_.find(id);
    if (channel == channels_.end()) continue;
    if (fault->fault() == StreamFault::moved) channel->second->machine.interrupted();
    if (fault->fault() == StreamFault::missing) channel->second->machine.saw(nullptr, now);
  }
}

void Network::Loop::hand_over() {
  std::size_t freed = 0;
  std::uint64_t reopenings = 0;
  for (auto& [id, channel] : channels_) {
    reopenings += channel->machine.reopenings();
    if (!channel->machine.has_settled()) continue;
    Committed group{id, channel->machine.take_settled()};
    for (const BatchPointer& batch : group.settled.batches) freed += batch->weight();
    news_.committed.push_back(std::move(group));
  }
  owner_.reopenings_ = reopenings;
  if (news_.opened.empty() && news_.committed.empty()) return;
  owner_.deliver(std::exchange(news_, {}), freed);
}

}  // namespace cdckit::snow_put
