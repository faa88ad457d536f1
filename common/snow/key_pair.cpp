#include "common/snow/key_pair.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/base/unique_handle.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/whole_number.hpp"

#include <algorithm>
#include <array>
#include <cstring>
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

}  // namespace

struct KeyPair::Key {
  base::UniqueHandle<EVP_PKEY, EVP_PKEY_free> handle;
};

KeyPair::KeyPair(const secrets::Secret& pem,
                 const secrets::Secret& passphrase,
                 const std::string& source) {
  const BioHandle bio(BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size())));
  // The callback only reads it; OpenSSL's signature knows no const.
  auto* context = const_cast<secrets::Secret*>(&passphrase);  // NOLINT: see above
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, context);
  if (key == nullptr) {
    throw base::Error(base::ErrorKind::config,
                      "could not read private key \"" + source +
                          "\": not a PEM private key, or the passphrase does not fit",
                      "PRIVATE_KEY_PASSPHRASE holds the passphrase of an encrypted key.");
  }
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
