#include "common/snow/key_pair.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/base/unique_handle.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/whole_number.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <optional>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

namespace cdckit::snow {
namespace {

constexpr int kSmallestKeyBits = 2048;

using BioHandle = base::UniqueHandle<BIO, BIO_free_all>;
using DigestContext = base::UniqueHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

int give_passphrase(char* buffer, int size, int /*writing*/, void* context) {
  const std::string_view passphrase = static_cast<const secrets::Secret*>(context)->reveal();
  if (passphrase.empty() || passphrase.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, passphrase.data(), passphrase.size());
  return static_cast<int>(passphrase.size());
}

std::string base64_url(std::string_view bytes) {
  std::string text = base::to_base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string decode_base64_url(std::string_view text) {
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  const std::size_t padding = (4 - standard.size() % 4) % 4;
  standard.append(padding, '=');
  std::string bytes(standard.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(standard.data()),
                                   static_cast<int>(standard.size()));
  if (size < 0) return {};
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::string public_key_fingerprint(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) {
    throw base::Error(base::ErrorKind::config, "could not encode the public key");
  }
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(der, static_cast<std::size_t>(size), digest.data());
  OPENSSL_free(der);
  return "SHA256:" + base::to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

void warn_when_readable_by_others(const std::string& path) {
  struct stat information{};
  if (stat(path.c_str(), &information) == 0 && (information.st_mode & (S_IRGRP | S_IROTH)) != 0) {
    log::warning("private key file \"" + path + "\" can be read by others");
  }
}

std::string expand_home(const std::string& path) {
  if (!path.starts_with("~/")) return path;
  const auto home = process_environment()("HOME");
  return home ? *home + path.substr(1) : path;
}

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kLine = 64;

// Line breaks that were lost on the way through environments and forms are put back: the two
// characters \n, blanks, all on one line.
secrets::Secret with_line_breaks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == 'n' || next == 'r')) {
      if (next == 'n') out += '\n';
      ++i;
    } else if (text[i] != '\r') {
      out += text[i];
    } else if (next != '\n') {
      out += '\n';
    }
  }
  return secrets::Secret(std::move(out));
}

// What stands between the dashes of a PEM frame: label and body; nothing without a frame.
struct Frame {
  std::string_view label;
  std::string_view body;
};

std::optional<Frame> frame_of(std::string_view text) {
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t name = begin + kBegin.size();
  const std::size_t body = text.find(kDashes, name);
  const std::size_t end = text.find(kEnd, name);
  if (body == std::string_view::npos || end == std::string_view::npos || end < body)
    return std::nullopt;
  return Frame{text.substr(name, body - name),
               text.substr(body + kDashes.size(), end - body - kDashes.size())};
}

secrets::Secret as_pem(const Frame& frame) {
  std::string out;
  out.reserve(2 * (frame.body.size() + frame.label.size()) + 100);
  out.append(kBegin).append(frame.label).append(kDashes).append("\n");
  if (frame.body.find(':') != std::string_view::npos) {
    // a traditional key's headers are lines of their own
    out += base::trim(frame.body);
  } else {
    std::size_t width = 0;
    for (const char c : frame.body) {
      if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
      if (width++ == kLine) {
        out += '\n';
        width = 1;
      }
      out += c;
    }
  }
  out.append("\n").append(kEnd).append(frame.label).append(kDashes).append("\n");
  return secrets::Secret(std::move(out));
}

// Why a text is no key that can be used.
base::Error unreadable(const std::optional<Frame>& frame,
                       bool has_passphrase,
                       const std::string& source) {
  const std::string start = "could not read private key \"" + source + "\": ";
  if (!frame) {
    return {
        base::ErrorKind::config,
        start + "it has no PEM frame",
        "It begins with -----BEGIN PRIVATE KEY-----, or -----BEGIN ENCRYPTED PRIVATE KEY-----."};
  }
  if (frame->label.find("PUBLIC KEY") != std::string_view::npos) {
    return {base::ErrorKind::config,
            start + "it is a public key",
            "Name the private key that belongs to it."};
  }
  if (frame->label.find("PRIVATE KEY") == std::string_view::npos)
    return {base::ErrorKind::config, start + "it is a " + base::to_lower(frame->label)};
  const bool encrypted = frame->label.starts_with("ENCRYPTED") ||
                         frame->body.find("ENCRYPTED") != std::string_view::npos;
  if (encrypted && !has_passphrase) {
    return {base::ErrorKind::config,
            start + "it is encrypted, and no passphrase is given",
            "PRIVATE_KEY_PASSPHRASE holds the passphrase of an encrypted key."};
  }
  if (encrypted) {
    return {base::ErrorKind::permission,
            start + "the passphrase does not fit",
            "PRIVATE_KEY_PASSPHRASE holds the passphrase of an encrypted key."};
  }
  return {base::ErrorKind::config, start + "it is damaged"};
}

}  // namespace

struct KeyPair::Key {
  base::UniqueHandle<EVP_PKEY, EVP_PKEY_free> handle;
};

KeyPair::KeyPair(const secrets::Secret& pem,
                 const secrets::Secret& passphrase,
                 const std::string& source) {
  const secrets::Secret whole = with_line_breaks(pem.reveal());
  const std::optional<Frame> frame = frame_of(whole.reveal());
  const secrets::Secret text = frame ? as_pem(*frame) : secrets::Secret();
  const BioHandle bio(
      BIO_new_mem_buf(text.reveal().data(), static_cast<int>(text.reveal().size())));
  // The callback only reads it; OpenSSL's signature knows no const.
  auto* context = const_cast<secrets::Secret*>(&passphrase);  // NOLINT: see above
  EVP_PKEY* key =
      frame ? PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, context) : nullptr;
  if (key == nullptr) throw unreadable(frame, !passphrase.empty(), source);
  key_ = std::make_shared<const Key>(Key{base::UniqueHandle<EVP_PKEY, EVP_PKEY_free>(key)});
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key) < kSmallestKeyBits) {
    throw base::Error(
        base::ErrorKind::config,
        "could not use private key \"" + source + "\": it must be RSA with 2048 bits or more");
  }
  fingerprint_ = public_key_fingerprint(key);
}

KeyPair KeyPair::load(const ConnectionSettings& settings) {
  if (!settings.private_key_raw.empty()) {
    return {settings.private_key_raw, settings.private_key_passphrase, "private_key_raw"};
  }
  const std::string path = expand_home(settings.private_key_file);
  warn_when_readable_by_others(path);
  return {secrets::Secret::from_file(path), settings.private_key_passphrase, path};
}

secrets::Secret KeyPair::sign(const TokenClaims& claims) const {
  const std::string subject = claims.account + "." + base::to_upper(claims.user);
  nlohmann::json payload = {{"iss", subject + "." + fingerprint_},
                            {"sub", subject},
                            {"iat", claims.issued_at},
                            {"exp", claims.expires_at}};
  if (!claims.role.empty()) payload["scp"] = "session:role:" + claims.role;
  const std::string signed_part =
      base64_url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64_url(payload.dump());
  const DigestContext context(EVP_MD_CTX_new());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_->handle.get())), '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->handle.get()) != 1 ||
      EVP_DigestSign(context.get(),
                     reinterpret_cast<unsigned char*>(signature.data()),
                     &size,
                     reinterpret_cast<const unsigned char*>(signed_part.data()),
                     signed_part.size()) != 1) {
    throw base::Error(base::ErrorKind::config, "could not sign a token with the private key");
  }
  signature.resize(size);
  return secrets::Secret(signed_part + "." + base64_url(signature));
}

std::int64_t token_expiry(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return 0;
  const auto payload = nlohmann::json::parse(
      decode_base64_url(token.substr(first + 1, second - first - 1)), nullptr, false);
  if (!payload.is_object() || !payload.contains("exp")) return 0;
  return ndjson::whole_number<std::int64_t>(payload["exp"]).value_or(0);
}

}  // namespace cdckit::snow
