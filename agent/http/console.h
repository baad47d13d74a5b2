// The console notifier's way out.
#pragma once

#include "agent/http/request.h"

namespace tocsin {

/// Writes the line and its line end to `fd` at once. Status 200, or a fault that names the reason: a reader that has
/// stopped makes nobody wait.
Response write_console(int fd, const ConsoleLine& line);

}  // namespace tocsin
