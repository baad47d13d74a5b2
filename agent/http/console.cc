#include "agent/http/console.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

namespace tocsin {

namespace {

constexpr int kReaderPatience = 20;  // milliseconds

/// Whether `fd` takes a piece of PIPE_BUF bytes without making anybody wait (POSIX, write(): pipes).
bool takes_more(int fd) {
  pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&writable, 1, kReaderPatience) != 0;
}

}  // namespace

Response write_console(int fd, const ConsoleLine& line) {
  Response response;
  const std::string text = line.text + "\n";
  for (std::size_t written = 0; written < text.size();) {
    if (!takes_more(fd)) {
      response.fault = TransportFault::timeout;
      response.fault_text = "stdout takes no more: whoever reads it has stopped";
      return response;
    }
    const ssize_t count = ::write(fd, text.data() + written, std::min<std::size_t>(text.size() - written, PIPE_BUF));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      response.fault = TransportFault::broken;
      response.fault_text = fmt::format("cannot write to stdout: {}", std::system_category().message(errno));
      return response;
    }
    written += static_cast<std::size_t>(count);
    response.sent = true;
  }
  response.status = 200;
  return response;
}

}  // namespace tocsin
