// Heartbeat: the dead man's switch. Pings a URL every interval, but only while evaluating, storing and delivering work,
// so that its silence is the alarm that tocsin itself cannot give.
#pragma once

#include <functional>
#include <optional>

#include "agent/config/config.h"
#include "agent/http/transport.h"

namespace tocsin {

/// Engine thread only.
class Heartbeat {
 public:
  void configure(std::optional<HeartbeatConfig> config);
  /// A ping to be sent as request `id`, where one is due and `healthy()`.
  std::optional<Outgoing> take(RequestId id, Timestamp now, const std::function<bool()>& healthy);
  /// The clock was set back by that much: the next ping does not come later for it.
  void set_back(Duration by) { next_ -= by; }
  bool owns(RequestId id) const { return under_way_ == id; }
  void completed(const Response& response);
  std::optional<Timestamp> next_due() const;

 private:
  std::optional<HeartbeatConfig> config_;
  std::optional<RequestId> under_way_;
  Timestamp next_{};
  bool failed_ = false;
};

}  // namespace tocsin
