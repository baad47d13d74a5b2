#include "agent/base/write_out.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace tocsin {
namespace {

/// Whether `fd` takes a piece of PIPE_BUF bytes without making anybody wait (POSIX, write(): pipes).
bool takes_more(int fd, Duration patience) {
  pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&writable, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace

WrittenOut write_out(int fd, std::string_view text, Duration patience) {
  WrittenOut written;
  while (written.bytes < text.size() && takes_more(fd, patience)) {
    const std::string_view rest = text.substr(written.bytes);
    const ssize_t count = ::write(fd, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      written.error = errno;
      break;
    }
    written.bytes += static_cast<std::size_t>(count);
  }
  return written;
}

}  // namespace tocsin
