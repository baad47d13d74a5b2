// ProcessStatus: what the kernel says of this process, for the usual process_* metrics.
#pragma once

namespace tocsin {

struct ProcessStatus {
  double cpu_seconds = 0;  // user and system
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double start_time_seconds = 0;  // unix seconds
};

/// From /proc and getrusage; what cannot be read stays 0. Any thread.
ProcessStatus read_process_status();

}  // namespace tocsin
