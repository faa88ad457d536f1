#include "common/http/client.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/base/unique_handle.hpp"
#include "common/http/failure.hpp"
#include "common/http/retry_after.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

#include <curl/curl.h>

namespace cdckit::http {
namespace {

using EasyHandle = base::UniqueHandle<CURL, curl_easy_cleanup>;
using MultiHandle = base::UniqueHandle<CURLM, curl_multi_cleanup>;

constexpr int kMostRedirects = 5;
constexpr int kPollMilliseconds = 1000;

void initialise_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw base::Error(base::ErrorKind::bug, "could not start libcurl");
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) throw base::Error(base::ErrorKind::bug, curl_easy_strerror(code));
}

class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }
  void add(const std::string& line) {
    curl_slist* longer = curl_slist_append(list_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    list_ = longer;
  }
  [[nodiscard]] curl_slist* get() const noexcept { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// What the callbacks of one transfer fill.
struct Transfer {
  Response response;
  std::size_t max_bytes = 0;
  std::array<char, CURL_ERROR_SIZE> error{};
};

std::size_t take_body(char* bytes, std::size_t /*one*/, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.response.body.size() + count > transfer.max_bytes) return 0;
  transfer.response.body.append(bytes, count);
  return count;
}

std::size_t take_header(char* bytes, std::size_t /*one*/, std::size_t count, void* user) {
  auto& headers = static_cast<Transfer*>(user)->response.headers;
  const std::string_view line = base::trim({bytes, count});
  if (line.starts_with("HTTP/")) headers.clear();  // 100-continue came before
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    headers[base::to_lower(base::trim(line.substr(0, colon)))] = base::trim(line.substr(colon + 1));
  }
  return count;
}

bool has_body(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void set_method(CURL* easy, const Request& request) {
  if (has_body(request.method)) {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  } else if (request.method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
  }
  set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void fill_headers(HeaderList& list, const Request& request) {
  for (const std::string& line : request.headers) list.add(line);
  if (has_body(request.method)) list.add("Expect:");  // waiting for 100-continue costs a second
  if (!request.bearer.empty()) {
    std::string line = "Authorization: Bearer ";
    line += request.bearer.reveal();
    list.add(line);
    explicit_bzero(line.data(), line.size());
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
  if (origin_of(next.url) != origin_of(request.url)) next.bearer = secrets::Secret();
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
  explicit Implementation(ClientOptions chosen) : options(std::move(chosen)) {
    initialise_once();
    multi.reset(curl_multi_init());
    easy.reset(curl_easy_init());
    if (multi == nullptr || easy == nullptr) throw std::bad_alloc();
  }

  void prepare(const Request& request, const HeaderList& headers, Transfer& transfer) const;
  std::optional<CURLcode> finished() const;
  bool wait() const;
  CURLcode run() const;
  Response transfer_once(const Request& request) const;

  ClientOptions options;
  MultiHandle multi;  // owns the connections that stay open between requests
  EasyHandle easy;
};

void Client::Implementation::prepare(const Request& request,
                                     const HeaderList& headers,
                                     Transfer& transfer) const {
  CURL* handle = easy.get();
  curl_easy_reset(handle);
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  set(handle, CURLOPT_USERAGENT, options.user_agent.c_str());
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  set(handle,
      CURLOPT_CONNECTTIMEOUT_MS,
      std::min(static_cast<long>(request.timeout.count()), 10'000L));
  set(handle, CURLOPT_HTTPHEADER, headers.get());
  set(handle, CURLOPT_WRITEFUNCTION, take_body);
  set(handle, CURLOPT_WRITEDATA, &transfer);
  set(handle, CURLOPT_HEADERFUNCTION, take_header);
  set(handle, CURLOPT_HEADERDATA, &transfer);
  set(handle, CURLOPT_ERRORBUFFER, transfer.error.data());
  if (request.accept_compressed) set(handle, CURLOPT_ACCEPT_ENCODING, "");
  if (!options.ca_file.empty()) set(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  if (is_loopback_url(request.url)) set(handle, CURLOPT_PROXY, "");
  set_method(handle, request);
}

std::optional<CURLcode> Client::Implementation::finished() const {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return std::nullopt;
}

// The multi interface is used only because its poll can also watch for a stop.
bool Client::Implementation::wait() const {
  curl_waitfd stop{options.stop.fd(), CURL_WAIT_POLLIN, 0};
  const bool watch = options.abort_on_stop && stop.fd >= 0;
  return curl_multi_poll(
             multi.get(), watch ? &stop : nullptr, watch ? 1 : 0, kPollMilliseconds, nullptr) ==
         CURLM_OK;
}

CURLcode Client::Implementation::run() const {
  for (;;) {
    int running = 0;
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (const auto code = finished()) return *code;
    if (options.abort_on_stop && options.stop.stop_requested()) return CURLE_ABORTED_BY_CALLBACK;
    if (!wait()) return CURLE_FAILED_INIT;
  }
}

Response Client::Implementation::transfer_once(const Request& request) const {
  require_safe_url(request.url, options.allow_http);
  HeaderList headers;
  fill_headers(headers, request);
  Transfer transfer;
  transfer.max_bytes = request.max_answer_bytes;
  prepare(request, headers, transfer);
  if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) throw std::bad_alloc();
  const CURLcode code = run();
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &transfer.response.status);
  transfer.response.url = request.url;
  curl_multi_remove_handle(multi.get(), easy.get());
  curl_easy_reset(easy.get());  // it pointed at locals
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) throw transport_error(code, request, transfer.error.data());
  return std::move(transfer.response);
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
