#include "agent/engine/heartbeat.h"

#include <fmt/format.h>

#include "agent/base/log.h"

namespace tocsin {

void Heartbeat::configure(std::optional<HeartbeatConfig> config) {
  config_ = std::move(config);
  next_ = {};
}

std::optional<Outgoing> Heartbeat::take(RequestId id, Timestamp now, const std::function<bool()>& healthy) {
  if (!config_ || under_way_ || now < next_) return std::nullopt;
  next_ = now + config_->interval;
  if (!healthy()) return std::nullopt;
  under_way_ = id;
  HttpRequest ping;
  ping.settings = config_->http;
  ping.content_type = "text/plain";
  return ping;
}

void Heartbeat::completed(const Response& response) {
  under_way_.reset();
  if (!response.ok() && !failed_) {
    log::warn("heartbeat not accepted", {{"status", response.status}, {"reason", response.fault_text}});
  }
  failed_ = !response.ok();
}

std::optional<Timestamp> Heartbeat::next_due() const {
  if (!config_ || under_way_) return std::nullopt;
  return next_;
}

}  // namespace tocsin
