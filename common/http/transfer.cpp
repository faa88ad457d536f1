#include "common/http/transfer.hpp"

#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/http/failure.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace cdckit::http {
namespace {

constexpr long kLongestConnect = 10'000;

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) throw base::Error(base::ErrorKind::bug, curl_easy_strerror(code));
}

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

void set_method(CURL* easy, const Request& request) {
  if (sends_body(request.method)) {
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
  if (sends_body(request.method)) list.add("Expect:");  // waiting for 100-continue costs a second
  if (request.bearer.empty() && request.basic.empty()) return;
  std::string line = "Authorization: ";
  if (!request.bearer.empty()) {
    line += "Bearer ";
    line += request.bearer.reveal();
  } else {
    line += "Basic ";
    base::append_base64(line, request.basic.reveal());
  }
  list.add(line);
  explicit_bzero(line.data(), line.size());
}

CURLcode watch_tls(CURL* /*easy*/, void* context, void* watch) {
  static_cast<TlsWatch*>(watch)->attach(context);
  return CURLE_OK;
}

void set_trust(CURL* easy, const ClientOptions& options) {
  if (!options.ca_file.empty()) set(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  if (options.certificate_file.empty()) return;
  set(easy, CURLOPT_SSLCERT, options.certificate_file.c_str());
  const bool apart = !options.key_file.empty();
  set(easy, CURLOPT_SSLKEY, (apart ? options.key_file : options.certificate_file).c_str());
  if (!options.key_password.empty())
    set(easy, CURLOPT_KEYPASSWD, std::string(options.key_password.reveal()).c_str());
}

}  // namespace

void initialise_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw base::Error(base::ErrorKind::bug, "could not start libcurl");
}

ClientOptions with_environment(ClientOptions options) {
  const char* file = std::getenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe): never set here
  if (options.ca_file.empty() && file != nullptr) options.ca_file = file;
  return options;
}

void HeaderList::add(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list_ = longer;
}

bool sends_body(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

void prepare_transfer(CURL* easy,
                      const Request& request,
                      const ClientOptions& options,
                      Transfer& transfer,
                      TlsWatch* watch) {
  require_safe_url(request.url, options.allow_http);
  fill_headers(transfer.headers, request);
  transfer.max_bytes = request.max_answer_bytes;
  const auto timeout = static_cast<long>(request.timeout.count());
  curl_easy_reset(easy);
  set(easy, CURLOPT_URL, request.url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  set(easy, CURLOPT_TIMEOUT_MS, timeout);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout, kLongestConnect));
  set(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
  set(easy, CURLOPT_WRITEFUNCTION, take_body);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  set(easy, CURLOPT_HEADERFUNCTION, take_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
  if (request.accept_compressed) set(easy, CURLOPT_ACCEPT_ENCODING, "");
  set_trust(easy, options);
  if (watch != nullptr) {
    set(easy, CURLOPT_SSL_CTX_FUNCTION, watch_tls);
    set(easy, CURLOPT_SSL_CTX_DATA, watch);
  }
  if (is_loopback_url(request.url)) set(easy, CURLOPT_PROXY, "");
  set_method(easy, request);
}

long proxy_refusal(CURL* easy, CURLcode code) {
  constexpr long kFirstRefusal = 300;
  long status = 0;
  if (code != CURLE_OK) curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
  return status >= kFirstRefusal ? status : 0;
}

Response finish_transfer(CURL* easy, CURLcode code, const Request& request, Transfer& transfer) {
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &transfer.response.status);
  transfer.response.url = request.url;
  const long refused = proxy_refusal(easy, code);
  curl_easy_reset(easy);  // it pointed at what is about to go
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (refused != 0) throw proxy_error(refused, request);
  if (code != CURLE_OK) throw transport_error(code, request, transfer.error.data());
  return std::move(transfer.response);
}

}  // namespace cdckit::http
