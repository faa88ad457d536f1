// One transfer of libcurl's: a request put into an easy handle, and what its callbacks fill. Shared
// by Client and MultiClient; libcurl's types stay in this room. No threads of its own.
#pragma once

#include "common/base/unique_handle.hpp"
#include "common/http/client.hpp"
#include "common/http/tls_watch.hpp"

#include <array>
#include <cstddef>
#include <string>

#include <curl/curl.h>

namespace cdckit::http {

using EasyHandle = base::UniqueHandle<CURL, curl_easy_cleanup>;
using MultiHandle = base::UniqueHandle<CURLM, curl_multi_cleanup>;

// Once a process. Throws bug when libcurl does not start.
void initialise_curl();

class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }
  void add(const std::string& line);
  [[nodiscard]] curl_slist* get() const noexcept { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// Must stay where it is while the transfer runs, and the request's body too.
struct Transfer {
  Response response;
  std::size_t max_bytes = 0;
  std::array<char, CURL_ERROR_SIZE> error{};
  HeaderList headers;
};

bool sends_body(const std::string& method);
// SSL_CERT_FILE where no file of certificates is named.
ClientOptions with_environment(ClientOptions options);
// `watch` may be null; it outlives the transfer. Sets the handle up for the request. Throws config
// for an unsafe URL.
void prepare_transfer(CURL* easy,
                      const Request& request,
                      const ClientOptions& options,
                      Transfer& transfer,
                      TlsWatch* watch = nullptr);
// What a proxy said when it lets nothing through; 0: there was none, or it did.
long proxy_refusal(CURL* easy, CURLcode code);
// What came of it; throws TransportError when there was no whole answer.
Response finish_transfer(CURL* easy, CURLcode code, const Request& request, Transfer& transfer);

}  // namespace cdckit::http
