#include "tools/kcat-cdc/topics/router.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using cdckit::base::Error;
using cdckit::base::ErrorKind;
using cdckit::kcat_cdc::Router;

namespace {

template <class Body>
ErrorKind kind_thrown(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::bug;
}

}  // namespace

TEST_CASE("a table keeps its topic") {
  Router router("p.{schema}.{table}", {});
  CHECK(router.topic_of("public", "t") == "p.public.t");
  CHECK(router.topic_of("public", "t") == "p.public.t");
  CHECK(router.message_topic() == "p.message");
}

TEST_CASE("two tables that would share a topic are refused") {
  Router router("p.{schema}.{table}", {});
  (void)router.topic_of("public", "a b");
  CHECK(kind_thrown([&] { (void)router.topic_of("public", "a_b"); }) == ErrorKind::config);
  Router by_table("p.{table}", {});
  (void)by_table.topic_of("one", "t");
  CHECK(kind_thrown([&] { (void)by_table.topic_of("two", "t"); }) == ErrorKind::config);
}

TEST_CASE("no table gets a topic of another kind") {
  Router router("p.{schema}.{table}", {});
  CHECK(kind_thrown([&] { (void)router.topic_of("public", "__schema"); }) == ErrorKind::config);
  Router by_table("p.{table}", {});
  CHECK(by_table.message_topic() == "p.message");
  CHECK(kind_thrown([&] { (void)by_table.topic_of("public", "message"); }) == ErrorKind::config);
  Router other("p.{table}", {});
  CHECK(other.topic_of("public", "message") == "p.message");
  CHECK(kind_thrown([&] { (void)other.message_topic(); }) == ErrorKind::config);
  Router reserved("p.{table}", {});
  reserved.reserve("p.positions", "positions");
  CHECK(kind_thrown([&] { (void)reserved.topic_of("public", "positions"); }) == ErrorKind::config);
  Router one("everything", {});
  one.reserve("everything", "positions");
  CHECK(kind_thrown([&] { (void)one.topic_of("public", "t"); }) == ErrorKind::config);
  CHECK(kind_thrown([&] { (void)one.message_topic(); }) == ErrorKind::config);
}

TEST_CASE("what the tool writes for itself shares a topic with nothing, routes or not") {
  Router routed("p.{schema}.{table}", {"message=__position.a", "public.t=__schema"});
  routed.reserve("p.__position.a", "positions");
  CHECK(kind_thrown([&] { (void)routed.message_topic(); }) == ErrorKind::config);
  CHECK(kind_thrown([&] { (void)routed.topic_of("public", "t"); }) == ErrorKind::config);
  CHECK(kind_thrown([&] { routed.reserve("p.__position.a", "borders"); }) == ErrorKind::config);
  CHECK(kind_thrown([&] { routed.reserve("p.__schema", "positions"); }) == ErrorKind::config);
  Router messages("p.{schema}.{table}", {"message=__schema"});
  CHECK(kind_thrown([&] { (void)messages.message_topic(); }) == ErrorKind::config);
}

TEST_CASE("sharing on purpose is fine") {
  Router one("everything", {});
  CHECK(one.topic_of("public", "a") == one.topic_of("public", "b"));
  CHECK(one.message_topic() == one.topic_of("public", "a"));
  Router routed("p.{schema}.{table}", {"_[0-9]+$=_all"});
  CHECK(routed.topic_of("public", "orders_1") == "p.public.orders_all");
  CHECK(routed.topic_of("public", "orders_2") == "p.public.orders_all");
}

TEST_CASE("the first route that fits replaces what it matches") {
  Router router("p.{schema}.{table}", {R"(^p\.public\.(.*)$=air.\1)", "air=never", R"(x=y)"});
  CHECK(router.topic_of("public", "t") == "air.t");
  CHECK(router.topic_of("other", "x") == "p.other.y");
  CHECK(router.topic_of("other", "z") == "p.other.z");
}

TEST_CASE("an expression may hold an equals sign, a name is made usable") {
  Router router("p.{schema}.{table}", {"a=b=c d"});
  CHECK(router.topic_of("public", "a=b") == "p.public.a_b");
  Router spaced("p.{schema}.{table}", {"public=x y"});
  CHECK(spaced.topic_of("public", "t") == "p.x_y.t");
}

TEST_CASE("what is no route or no topic") {
  CHECK(kind_thrown([] { Router router("p", {"abc"}); }) == ErrorKind::usage);
  CHECK(kind_thrown([] { Router router("p", {"=abc"}); }) == ErrorKind::usage);
  CHECK(kind_thrown([] { Router router("p", {"(=abc"}); }) == ErrorKind::usage);
  CHECK(kind_thrown([] { Router router("p", {R"((a)b=x\2)"}); }) == ErrorKind::usage);
  CHECK(kind_thrown([] { Router router("p", {R"(ab=\1)"}); }) == ErrorKind::usage);
  CHECK(Router("p.ab", {R"((a)(b)=\2\1\0)"}).topic_of("s", "t") == "p.baab");
  Router router("{table}", {});
  CHECK(kind_thrown([&] { (void)router.topic_of("public", ".."); }) == ErrorKind::config);
  CHECK(kind_thrown([&] { (void)router.topic_of("public", std::string(300, 'a')); }) ==
        ErrorKind::config);
}
