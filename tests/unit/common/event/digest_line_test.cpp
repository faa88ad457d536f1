#include "common/event/digest_line.hpp"

#include <string>

#include <doctest/doctest.h>

using cdckit::event::DigestLine;
using cdckit::event::read_digest_line;

namespace {
const std::string kHash = "0123456789abcdef0123456789abcdef";
const std::string kHead = R"({"table":"public.t","pos":"0A","bucket":3,)";
}  // namespace

TEST_CASE("lines of buckets and of rows") {
  DigestLine line;
  const std::string bucket = kHead + R"("rows":12,"digest":")" + kHash + "\"}";
  CHECK(read_digest_line(bucket, line) == nullptr);
  CHECK(line.table == "public.t");
  CHECK(line.pos == "0A");
  CHECK(line.bucket == 3);
  CHECK(line.rows == 12);
  CHECK(line.digest == kHash);
  CHECK(line.key_hash.empty());
  const std::string row =
      kHead + R"("key_hash":")" + kHash + R"(","key":{"id":1},"digest":")" + kHash + "\"}";
  CHECK(read_digest_line(row, line) == nullptr);
  CHECK(line.key_hash == kHash);
  CHECK(line.raw_key == R"({"id":1})");
}

TEST_CASE("what is no digest line") {
  DigestLine line;
  CHECK(read_digest_line("{}", line) != nullptr);
  CHECK(read_digest_line(R"({"table":"t"})", line) != nullptr);
  CHECK(read_digest_line(R"({"table":"s.t","pos":1})", line) != nullptr);
  CHECK(read_digest_line(R"({"table":"s.t","pos":"1","bucket":-1})", line) != nullptr);
  CHECK(read_digest_line(kHead + R"("rows":1,"digest":"short"})", line) != nullptr);
  CHECK_FALSE(line.portable);
  CHECK(read_digest_line(kHead + R"("rows":1,"digest":")" + kHash + R"(","portable":true})",
                         line) == nullptr);
  CHECK(line.portable);
  CHECK(read_digest_line(kHead + R"("digest":")" + kHash + "\"}", line) != nullptr);
  CHECK(read_digest_line(kHead + R"("key_hash":"x","digest":")" + kHash + "\"}", line) != nullptr);
}
