// Signals: turns SIGTERM, SIGINT and SIGHUP into calls on one thread of their own, where everything may be called.
#pragma once

#include <functional>
#include <thread>

namespace tocsin {

/// From construction on the three signals go to this object alone, and SIGPIPE to nobody.
/// REQUIRES: made before any other thread, so that all inherit the mask.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// `stop` on SIGTERM and SIGINT, `reload` on SIGHUP; both on a thread of their own.
  void deliver(std::function<void()> stop, std::function<void()> reload);

 private:
  std::jthread thread_;
};

}  // namespace tocsin
