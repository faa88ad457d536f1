#include "common/http/multi_client.hpp"

#include "common/http/transfer.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace cdckit::http {

struct MultiClient::Implementation {
  struct Running {
    Ticket ticket = 0;
    Request request;
    Transfer transfer;
    EasyHandle easy;
  };

  explicit Implementation(ClientOptions chosen) : options(with_environment(std::move(chosen))) {
    initialise_curl();
    multi.reset(curl_multi_init());
    if (multi == nullptr) throw std::bad_alloc();
  }
  ~Implementation() { abandon(); }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  EasyHandle take_handle() {
    if (idle.empty()) {
      EasyHandle fresh(curl_easy_init());
      if (fresh == nullptr) throw std::bad_alloc();
      return fresh;
    }
    EasyHandle handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }

  Finished finish(CURL* easy, CURLcode code) {
    const auto found = std::find_if(running.begin(), running.end(), [&](const auto& candidate) {
      return candidate->easy.get() == easy;
    });
    Running& ended = **found;
    curl_multi_remove_handle(multi.get(), easy);
    Finished finished;
    finished.ticket = ended.ticket;
    try {
      finished.response = finish_transfer(easy, code, ended.request, ended.transfer);
    } catch (const TransportError& error) {
      finished.failure = error;
    }
    idle.push_back(std::move(ended.easy));
    running.erase(found);
    return finished;
  }

  void collect(std::vector<Finished>& out) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg == CURLMSG_DONE)
        out.push_back(finish(message->easy_handle, message->data.result));
    }
  }

  void perform() const {
    int count = 0;
    if (curl_multi_perform(multi.get(), &count) != CURLM_OK)
      throw base::Error(base::ErrorKind::bug, "could not go on with transfers");
  }

  void abandon() {
    for (const auto& transfer : running)
      curl_multi_remove_handle(multi.get(), transfer->easy.get());
    running.clear();
  }

  ClientOptions options;
  MultiHandle multi;  // before the handles that are in it: they go first
  std::vector<std::unique_ptr<Running>> running;
  std::vector<EasyHandle> idle;
  Ticket last_ticket = 0;
};

MultiClient::MultiClient(ClientOptions options)
    : implementation_(std::make_unique<Implementation>(std::move(options))) {}
MultiClient::~MultiClient() = default;

MultiClient::Ticket MultiClient::start(Request request) {
  Implementation& mine = *implementation_;
  auto transfer = std::make_unique<Implementation::Running>();
  transfer->ticket = ++mine.last_ticket;
  transfer->request = std::move(request);
  transfer->easy = mine.take_handle();
  prepare_transfer(transfer->easy.get(), transfer->request, mine.options, transfer->transfer);
  if (curl_multi_add_handle(mine.multi.get(), transfer->easy.get()) != CURLM_OK)
    throw std::bad_alloc();
  mine.running.push_back(std::move(transfer));
  return mine.last_ticket;
}

std::vector<MultiClient::Finished> MultiClient::wait(std::chrono::milliseconds limit) {
  Implementation& mine = *implementation_;
  std::vector<Finished> out;
  mine.perform();
  mine.collect(out);
  if (!out.empty() || limit.count() <= 0) return out;
  curl_multi_poll(mine.multi.get(), nullptr, 0, static_cast<int>(limit.count()), nullptr);
  mine.perform();
  mine.collect(out);
  return out;
}

void MultiClient::wake() noexcept {
  curl_multi_wakeup(implementation_->multi.get());
}

void MultiClient::abandon() {
  implementation_->abandon();
}

std::size_t MultiClient::running() const noexcept {
  return implementation_->running.size();
}

}  // namespace cdckit::http
