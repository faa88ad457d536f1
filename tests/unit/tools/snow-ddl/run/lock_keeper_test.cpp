#include "tools/snow-ddl/run/lock_keeper.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <mutex>
#include <string>
#include <thread>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

// A row that the test writes; each thread has a connection of its own.
class Row {
 public:
  Execute execute() {
    return [this](const snow::Statement& statement) {
      const std::lock_guard guard(mutex_);
      if (statement.text.find("SET EXPIRES_AT") != std::string::npos) ++renewals_;
      if (statement.text.find("OWNER = NULL") != std::string::npos) ++releases_;
      if (broken_ && statement.text.find("SET EXPIRES_AT") != std::string::npos)
        throw base::Error(base::ErrorKind::temporary, "gone");
      snow::StatementResult result;
      if (statement.text.find("SELECT OWNER") == std::string::npos) return result;
      for (const char* name : {"OWNER", "HOST", "PID", "RUN", "UNTIL"})
        result.columns.push_back(text_column(name));
      result.rows = {{"A", "h", "1", run_, "t"}};
      return result;
    };
  }
  void set(const std::string& run, bool broken) {
    const std::lock_guard guard(mutex_);
    run_ = run;
    broken_ = broken;
  }
  int renewals() {
    const std::lock_guard guard(mutex_);
    return renewals_;
  }
  int releases() {
    const std::lock_guard guard(mutex_);
    return releases_;
  }

 private:
  std::mutex mutex_;
  std::string run_ = "mine";
  bool broken_ = false;
  int renewals_ = 0;
  int releases_ = 0;
};

template <class Condition>
bool comes(const Condition& condition) {
  for (int i = 0; i < 5000 && !condition(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return condition();
}

using std::chrono::milliseconds;

}  // namespace

TEST_CASE("the lock is renewed while the work goes on, and given back") {
  Row row;
  Lock lock({}, {"h", "1", "mine"}, row.execute());
  Lock own({}, {"h", "1", "mine"}, row.execute());
  {
    const LockKeeper keeper(lock, own, {milliseconds(1), milliseconds(10'000)});
    CHECK(comes([&] { return row.renewals() > 2; }));
    CHECK_FALSE(keeper.lost());
  }
  CHECK(row.releases() == 1);
}

TEST_CASE("a lock that somebody else took, or that cannot be renewed, is lost") {
  for (const bool broken : {false, true}) {
    Row row;
    Lock lock({}, {"h", "1", "mine"}, row.execute());
    Lock own({}, {"h", "1", "mine"}, row.execute());
    {
      const LockKeeper keeper(lock, own, {milliseconds(1), milliseconds(5)});
      row.set(broken ? "mine" : "another", broken);
      CHECK(comes([&] { return keeper.lost(); }));
    }
    CHECK(row.releases() == 0);
  }
}

TEST_CASE("nothing runs under a lock that is held") {
  Row row;
  row.set("another", false);
  Lock lock({}, {"h", "1", "mine"}, row.execute());
  CHECK_THROWS_AS(LockKeeper(lock, lock), base::Error);
}

}  // namespace cdckit::snow_ddl
