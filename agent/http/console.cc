#include "agent/http/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tocsin {

Response write_console(int fd, const ConsoleLine& line) {
  Response response;
  const std::string text = line.text + "\n";
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = ::write(fd, text.data() + written, text.size() - written);
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
