#include "agent/cli/service_notify.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "agent/base/log.h"

namespace tocsin {
namespace {

constexpr timeval kSendMax{.tv_sec = 1, .tv_usec = 0};  // a manager that takes nothing must not hold up the agent

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment.
  return value ? value : "";
}

/// 0 where it is none.
int64_t whole_number(const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::max<int64_t>(number, 0) : 0;
}

Duration watchdog_time() {
  const std::string process = variable("WATCHDOG_PID");
  if (!process.empty() && whole_number(process) != getpid()) return Duration{0};
  return std::chrono::duration_cast<Duration>(std::chrono::microseconds(whole_number(variable("WATCHDOG_USEC"))));
}

/// 0, or the errno of what failed.
int send_datagram(const std::string& socket_name, const std::string& text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_name.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  std::ranges::copy(socket_name, address.sun_path);
  if (socket_name.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_name.size());
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kSendMax, sizeof kSendMax);
  const bool sent =
      sendto(fd, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size) >= 0;
  const int error = sent ? 0 : errno;
  close(fd);
  return error;
}

}  // namespace

ServiceNotify ServiceNotify::from_environment() {
  return ServiceNotify(variable("NOTIFY_SOCKET"), watchdog_time());
}

// A turn may wait a quarter of the watchdog's time, and what is fed after each quarter is never older than a half.
ServiceNotify::ServiceNotify(std::string socket, Duration watchdog)
    : socket_(std::move(socket)),
      feed_every_(socket_.empty() || watchdog <= Duration{0} ? Duration{0} : std::max(watchdog / 4, Duration{1})) {}

void ServiceNotify::ready() {
  send("READY=1");
}

void ServiceNotify::status(std::string_view text) {
  send(fmt::format("STATUS={}", text));
}

void ServiceNotify::reloading(Instant now) {
  reloading_ = true;
  // The manager compares this with the time of its own request in microseconds: rounded down it would lie before it.
  const Duration rounded_up = now.time_since_epoch() + Duration{1};
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", std::chrono::microseconds(rounded_up).count()));
}

void ServiceNotify::turned(Instant now) {
  if (std::exchange(reloading_, false)) send("READY=1");
  if (feed_every_ == Duration{0} || now - fed_ < feed_every_) return;
  fed_ = now;
  send("WATCHDOG=1");
}

void ServiceNotify::stopping() {
  send("STOPPING=1");
}

Duration ServiceNotify::turn_max(Duration otherwise) const {
  return feed_every_ == Duration{0} ? otherwise : std::min(otherwise, feed_every_);
}

void ServiceNotify::send(const std::string& state) {
  if (socket_.empty()) return;
  const int error = send_datagram(socket_, state);
  if (error != 0 && !std::exchange(failed_, true)) {
    log::warn("the service manager cannot be told",
              {{"NOTIFY_SOCKET", socket_}, {"reason", std::generic_category().message(error)}});
  }
}

}  // namespace tocsin
