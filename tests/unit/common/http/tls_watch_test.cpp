#include "common/http/tls_watch.hpp"

#include <array>

#include <doctest/doctest.h>

using cdckit::http::TlsWatch;

namespace {

constexpr int kAlert = 21;  // content types of RFC 8446
constexpr int kHandshake = 22;
constexpr bool kIncoming = false;

void see_alert(TlsWatch& watch, int description, bool outgoing = kIncoming) {
  const std::array<unsigned char, 2> alert{2, static_cast<unsigned char>(description)};
  watch.see(outgoing, kAlert, alert.data(), alert.size());
}

void see_request(TlsWatch& watch) {
  const std::array<unsigned char, 5> request{13, 0, 0, 1, 0};
  watch.see(kIncoming, kHandshake, request.data(), request.size());
}

}  // namespace

TEST_CASE("alerts about certificates refuse ours, others do not") {
  for (const int description : {42, 43, 44, 45, 46, 48, 49, 116}) {
    TlsWatch watch;
    see_alert(watch, description);
    CHECK(watch.refusal().starts_with("alert "));
  }
  for (const int description : {0, 10, 20, 47, 50, 70, 80, 90, 112, 120}) {
    TlsWatch watch;
    see_request(watch);
    see_alert(watch, description);
    CHECK(watch.refusal().empty());
  }
}

TEST_CASE("a handshake that failed is about our certificate where the server asked for one") {
  TlsWatch watch;
  see_alert(watch, 40);
  CHECK(watch.refusal().empty());
  CHECK_FALSE(watch.asked_for_certificate());
  see_request(watch);
  CHECK(watch.asked_for_certificate());
  CHECK(watch.refusal() == "alert handshake failure");
  watch.clear();
  CHECK_FALSE(watch.asked_for_certificate());
  CHECK(watch.refusal().empty());
}

TEST_CASE("what we say ourselves is no word of the server") {
  TlsWatch watch;
  see_alert(watch, 48, true);
  CHECK(watch.refusal().empty());
}
