#include "common/http/tls_watch.hpp"

#include <openssl/ssl.h>

namespace cdckit::http {
namespace {

// NOLINTNEXTLINE(readability-function-size): OpenSSL's callback
void on_message(int outgoing,
                int /*version*/,
                int content_type,
                const void* bytes,
                std::size_t size,
                SSL* /*connection*/,
                void* watch) {
  static_cast<TlsWatch*>(watch)->see(
      outgoing != 0, content_type, static_cast<const unsigned char*>(bytes), size);
}

bool is_about_certificates(int alert, bool asked) {
  switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
      return true;
    case SSL_AD_HANDSHAKE_FAILURE:  // TLS 1.2's word for a certificate that is missing
      return asked;
    default:
      return false;
  }
}

}  // namespace

void TlsWatch::attach(void* context) {
  auto* ssl_context = static_cast<SSL_CTX*>(context);
  SSL_CTX_set_msg_callback(ssl_context, on_message);
  SSL_CTX_set_msg_callback_arg(ssl_context, this);
}

void TlsWatch::clear() noexcept {
  asked_ = false;
  alert_ = kNone;
}

void TlsWatch::see(bool outgoing,
                   int content_type,
                   const unsigned char* bytes,
                   std::size_t size) noexcept {
  if (outgoing) return;
  if (content_type == SSL3_RT_HANDSHAKE && size > 0 && bytes[0] == SSL3_MT_CERTIFICATE_REQUEST)
    asked_ = true;
  if (content_type == SSL3_RT_ALERT && size == 2) alert_ = bytes[1];
}

std::string TlsWatch::refusal() const {
  if (alert_ == kNone || !is_about_certificates(alert_, asked_)) return {};
  return std::string("alert ") + SSL_alert_desc_string_long(alert_);
}

}  // namespace cdckit::http
