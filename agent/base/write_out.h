// write_out: to stdout and stderr without waiting long for whoever reads them. A pipe that nobody reads, or a log
// service that hangs, must not stop a program that pages people. Any thread; but two that write to one pipe at the same
// time can take each other's room, and then one of them waits as write() does.
#pragma once

#include <cstddef>
#include <string_view>

#include "agent/base/time.h"

namespace tocsin {

struct WrittenOut {
  std::size_t bytes = 0;
  int error = 0;  // errno; 0 with fewer bytes than there were: the reader has stopped
};

/// Writes `text` to `fd` in pieces of PIPE_BUF bytes, for each of which it waits `patience` at most.
WrittenOut write_out(int fd, std::string_view text, Duration patience);

}  // namespace tocsin
