// Signals: turns SIGTERM, SIGINT and SIGHUP into calls on one thread of their own, where everything may be called.
#pragma once

#include <functional>
#include <thread>

namespace tocsin {

/// From here on the three signals wait for a SignalThread, and SIGPIPE goes to nobody.
/// REQUIRES: called before any other thread is made, so that all inherit the mask.
void hold_signals();

/// As long as it lives, it calls `stop` on SIGTERM and SIGINT, `reload` on SIGHUP. Made after all that they use.
class SignalThread {
 public:
  SignalThread(std::function<void()> stop, std::function<void()> reload);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  std::jthread thread_;
};

}  // namespace tocsin
