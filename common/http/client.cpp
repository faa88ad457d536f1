#include "common/http/client.hpp"

#include "common/base/clock.hpp"
#include "common/http/failure.hpp"
#include "common/http/retry_after.hpp"
#include "common/http/tls_watch.hpp"
#include "common/http/transfer.hpp"

#include <array>
#include <new>
#include <poll.h>
#include <utility>

#include <curl/curl.h>

namespace cdckit::http {
namespace {

constexpr int kMostRedirects = 5;
constexpr int kPollMilliseconds = 1000;
// How long a server may take to judge a certificate.
constexpr std::chrono::milliseconds kVerdictTime{2000};

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code != CURLE_OK) throw base::Error(base::ErrorKind::bug, curl_easy_strerror(code));
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// What a server makes of a connection that it does not want.
bool was_cut(CURLcode code) {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

// Where to go next, and as what: RFC 9110 turns a redirected POST into a GET except for 307/308.
Request redirected(const Request& request, const Response& response) {
  Request next = request;
  next.url = resolve_url(request.url, response.header("location"));
  if (response.status != 307 && response.status != 308 && request.method != "HEAD") {
    next.method = "GET";
    next.body = {};
  }
  if (origin_of(next.url) != origin_of(request.url)) next.bearer = next.basic = secrets::Secret();
  return next;
}

}  // namespace

std::string Response::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

std::optional<std::chrono::seconds> Response::retry_after() const {
  return parse_retry_after(header("retry-after"), header("date"), base::unix_milliseconds() / 1000);
}

struct Client::Implementation {
  explicit Implementation(ClientOptions chosen) : options(with_environment(std::move(chosen))) {
    initialise_curl();
    multi.reset(curl_multi_init());
    easy.reset(curl_easy_init());
    if (multi == nullptr || easy == nullptr) throw std::bad_alloc();
  }

  std::optional<CURLcode> finished() const;
  bool wait(bool for_stop) const;
  CURLcode run(const Request& request) const;
  Response transfer_once(const Request& request) const;
  std::string refusal(CURLcode code, const Request& request) const;
  bool hangs_up(const Request& request) const;
  bool ends_within(std::chrono::milliseconds limit) const;

  ClientOptions options;
  std::unique_ptr<TlsWatch> tls = std::make_unique<TlsWatch>();
  MultiHandle multi;  // owns the connections that stay open between requests
  EasyHandle easy;
};

std::optional<CURLcode> Client::Implementation::finished() const {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return std::nullopt;
}

// The multi interface is used only because its poll can also watch for a stop.
bool Client::Implementation::wait(bool for_stop) const {
  curl_waitfd stop{options.stop.fd(), CURL_WAIT_POLLIN, 0};
  const bool watch = for_stop && stop.fd >= 0;
  return curl_multi_poll(
             multi.get(), watch ? &stop : nullptr, watch ? 1 : 0, kPollMilliseconds, nullptr) ==
         CURLM_OK;
}

CURLcode Client::Implementation::run(const Request& request) const {
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  const auto patience = options.abort_on_stop ? milliseconds(0) : request.stop_patience;
  std::optional<steady_clock::time_point> deadline;
  for (;;) {
    int running = 0;
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (const auto code = finished()) return *code;
    if (patience && !deadline && options.stop.stop_requested())
      deadline = steady_clock::now() + *patience;
    if (deadline && steady_clock::now() >= *deadline) return CURLE_ABORTED_BY_CALLBACK;
    // once it was seen a stop is readable for good
    if (!wait(patience && !deadline)) return CURLE_FAILED_INIT;
  }
}

Response Client::Implementation::transfer_once(const Request& request) const {
  Transfer transfer;
  tls->clear();
  prepare_transfer(easy.get(), request, options, transfer, tls.get());
  if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) throw std::bad_alloc();
  const CURLcode code = run(request);
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &transfer.response.status);
  transfer.response.url = request.url;
  const long by_proxy = proxy_refusal(easy.get(), code);
  curl_multi_remove_handle(multi.get(), easy.get());
  curl_easy_reset(easy.get());  // it pointed at locals
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code == CURLE_OK) return std::move(transfer.response);
  if (by_proxy != 0) throw proxy_error(by_proxy, request);
  const std::string refused =
      transfer.response.status == 0 ? refusal(code, request) : std::string();
  std::string detail = transfer.error.data();
  if (was_cut(code) && tls->asked_for_certificate())
    detail += " (the server had asked for a client's certificate)";
  throw transport_error(code, request, detail, refused);
}

// Since TLS 1.3 a server that does not want us says so when we believe to be connected and are
// writing, and the reset behind its alert may be all that we see. So it is asked again by a
// connection that only listens. A server that asks for a certificate, gets none, and ends even that
// connection wants one; one that got ours and says no word may as well be in trouble itself.
std::string Client::Implementation::refusal(CURLcode code, const Request& request) const {
  if (std::string told = tls->refusal(); !told.empty()) return told;
  if (!was_cut(code) || !tls->asked_for_certificate() || options.stop.stop_requested()) return {};
  const bool over = hangs_up(request);
  if (std::string told = tls->refusal(); !told.empty()) return told;
  return over && options.certificate_file.empty()
             ? "it asks for one and ends the connection without it"
             : std::string();
}

bool Client::Implementation::hangs_up(const Request& request) const {
  Request silent;
  silent.url = request.url;
  silent.timeout = request.timeout;
  Transfer transfer;
  prepare_transfer(easy.get(), silent, options, transfer, tls.get());
  set(easy.get(), CURLOPT_CONNECT_ONLY, 1L);
  set(easy.get(), CURLOPT_FRESH_CONNECT, 1L);
  set(easy.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) throw std::bad_alloc();
  const CURLcode code = run(silent);
  const bool over = was_cut(code) || (code == CURLE_OK && ends_within(kVerdictTime));
  curl_multi_remove_handle(multi.get(), easy.get());
  curl_easy_reset(easy.get());  // it pointed at locals
  return over;
}

bool Client::Implementation::ends_within(std::chrono::milliseconds limit) const {
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(easy.get(), CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK) return false;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    char byte = 0;
    std::size_t count = 0;
    const CURLcode code = curl_easy_recv(easy.get(), &byte, 1, &count);
    if (code != CURLE_AGAIN) return code != CURLE_OK || count == 0;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || options.stop.stop_requested()) return false;
    std::array<pollfd, 2> waits{pollfd{socket, POLLIN, 0}, pollfd{options.stop.fd(), POLLIN, 0}};
    (void)::poll(waits.data(), waits.size(), static_cast<int>(left.count()));
  }
}

Client::Client(ClientOptions options)
    : implementation_(std::make_unique<Implementation>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

Response Client::send(const Request& request) {
  Response response = implementation_->transfer_once(request);
  if (!request.follow_redirects) return response;
  Request next = request;
  for (int hops = 0; is_redirect(response.status) && !response.header("location").empty(); ++hops) {
    if (hops == kMostRedirects) throw transport_error(CURLE_TOO_MANY_REDIRECTS, next, "");
    next = redirected(next, response);
    response = implementation_->transfer_once(next);
  }
  return response;
}

}  // namespace cdckit::http
