// Several requests at a time over libcurl's multi interface, for one thread that waits for answers,
// for others that wake it, and for time. Judges transport only, as Client does. Redirects are not
// followed.
#pragma once

#include "common/http/client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace cdckit::http {

class MultiClient {
 public:
  using Ticket = std::uint64_t;
  struct Finished {
    Ticket ticket = 0;
    Response response;  // when there is no failure
    std::optional<TransportError> failure;
  };

  explicit MultiClient(ClientOptions options);
  ~MultiClient();
  MultiClient(const MultiClient&) = delete;
  MultiClient& operator=(const MultiClient&) = delete;

  // The body must stay where it is until the answer is handed out. Throws config for an unsafe URL.
  Ticket start(Request request);
  // Answers that are there, else waits for one, for wake() or until the time is over.
  std::vector<Finished> wait(std::chrono::milliseconds limit);
  // From any thread: wait() returns.
  void wake() noexcept;
  // Ends all transfers; their bodies are free.
  void abandon();
  [[nodiscard]] std::size_t running() const noexcept;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::http
