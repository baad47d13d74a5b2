#include "agent/api/process_status.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace tocsin {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_fds() {
  double count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++count;
  }
  return count;
}

double max_fds() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

/// The number that follows `name` in a file of lines like "btime 1763719200".
double named_number(const char* file, const std::string& name) {
  std::ifstream in(file);
  std::string word;
  double number = 0;
  while (in >> word) {
    if (word == name && in >> number) return number;
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

/// Field 22 of /proc/self/stat in seconds. The fields are counted from behind the process's name, which stands second,
/// in parentheses, and may itself hold spaces and parentheses.
double start_after_boot() {
  constexpr int kFieldsBetween = 19;
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBetween; ++i) fields >> skipped;
  double ticks = 0;
  fields >> ticks;
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessStatus read_process_status() {
  ProcessStatus status;
  status.cpu_seconds = cpu_seconds();
  status.open_fds = open_fds();
  status.max_fds = max_fds();
  status.start_time_seconds = named_number("/proc/stat", "btime") + start_after_boot();

  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  double virtual_pages = 0;
  double resident_pages = 0;
  std::ifstream("/proc/self/statm") >> virtual_pages >> resident_pages;
  status.virtual_bytes = virtual_pages * page;
  status.resident_bytes = resident_pages * page;
  return status;
}

}  // namespace tocsin
