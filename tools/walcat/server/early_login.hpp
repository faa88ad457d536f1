// A login that goes on while the server is asked other things: it takes as long as all of them.
// Owns the connection until it is taken; its thread ends with the login. One owner's thread.
#pragma once

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/pg/connection.hpp"

#include <future>
#include <memory>
#include <utility>

namespace cdckit::walcat {

class EarlyLogin {
 public:
  void start(pg::ConnectOptions options) {
    login_ = std::async(std::launch::async, [options = std::move(options)] {
      return std::make_unique<pg::Connection>(options);
    });
  }
  // Waits for it. Nothing when it failed or none was begun: who needs it logs in and says why not.
  std::unique_ptr<pg::Connection> take() {
    if (!login_.valid()) return nullptr;
    try {
      return login_.get();
    } catch (const base::Error& error) {
      log::info(error.what());
      return nullptr;
    }
  }

 private:
  std::future<std::unique_ptr<pg::Connection>> login_;
};

}  // namespace cdckit::walcat
