// ServiceNotify: tells the service manager how the agent fares, by the protocol of sd_notify(3): a datagram of
// "NAME=value" lines to the socket that $NOTIFY_SOCKET names. Silent where no service manager listens.
#pragma once

#include <string>
#include <string_view>

#include "agent/base/time.h"

namespace tocsin {

/// One thread. What cannot be sent is logged once and otherwise without consequence: the manager draws its own.
class ServiceNotify {
 public:
  /// From NOTIFY_SOCKET, and WATCHDOG_USEC where WATCHDOG_PID, if given, is this process.
  /// REQUIRES: no other thread changes the environment.
  static ServiceNotify from_environment();

  /// `socket`: a path, or with a leading '@' an abstract name; empty: nobody listens.
  /// `watchdog`: silence after which the manager ends the agent; 0: it does not watch.
  explicit ServiceNotify(std::string socket, Duration watchdog = Duration{0});

  /// The start is complete.
  void ready();
  /// One line for people, which the manager shows.
  void status(std::string_view text);
  /// A new configuration is being read; the next turned() says that it is over.
  void reloading(Instant now);
  /// The event loop has come round once more: ends a reload and feeds the watchdog, at least every half of its time
  /// where the loop comes round every turn_max().
  void turned(Instant now);
  void stopping();

  /// How long one turn of the event loop may wait: `otherwise`, or less where the watchdog wants it.
  Duration turn_max(Duration otherwise) const;

 private:
  void send(const std::string& state);

  std::string socket_;
  Duration feed_every_;  // 0: never
  Instant fed_{};
  bool reloading_ = false;
  bool failed_ = false;
};

}  // namespace tocsin
