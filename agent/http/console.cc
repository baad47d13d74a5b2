#include "agent/http/console.h"

#include <fmt/format.h>

#include <system_error>

#include "agent/base/limits.h"
#include "agent/base/write_out.h"

namespace tocsin {

Response write_console(int fd, const ConsoleLine& line) {
  const std::string text = line.text + "\n";
  const WrittenOut written = write_out(fd, text, limits::kConsolePatience);
  Response response;
  response.sent = written.bytes > 0;
  if (written.error != 0) {
    response.fault = TransportFault::broken;
    response.fault_text = fmt::format("cannot write to stdout: {}", std::system_category().message(written.error));
  } else if (written.bytes < text.size()) {
    response.fault = TransportFault::timeout;
    response.fault_text = "stdout takes no more: whoever reads it has stopped";
  } else {
    response.status = 200;
  }
  return response;
}

}  // namespace tocsin
