// What a server says in TLS beside its data: whether it asked for our certificate, and the alert
// that it ended a connection with. libcurl tells an alert only where it was reading; since TLS 1.3
// a server judges our certificate when we are writing already, and what libcurl saw then is a
// broken pipe. One watch is attached to every connection of a client and must outlive them; one
// thread.
#pragma once

#include <string>

namespace cdckit::http {

class TlsWatch {
 public:
  // `context` is OpenSSL's SSL_CTX of a new connection.
  void attach(void* context);
  // Forgets what the connections before have said.
  void clear() noexcept;
  // For a message that came in or went out, as OpenSSL tells it.
  void see(bool outgoing, int content_type, const unsigned char* bytes, std::size_t size) noexcept;

  [[nodiscard]] bool asked_for_certificate() const noexcept { return asked_; }
  // The alert that refuses our certificate, or misses it, in words; empty: none came.
  [[nodiscard]] std::string refusal() const;

 private:
  static constexpr int kNone = -1;
  bool asked_ = false;
  int alert_ = kNone;
};

}  // namespace cdckit::http
