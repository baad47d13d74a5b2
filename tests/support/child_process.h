// ChildProcess: a program that a test needs beside it. Its stdin is a pipe that closes with the test, however that
// ends.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tocsin::test {

class ChildProcess {
 public:
  /// argv[0] is the program's path. Throws std::runtime_error where it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& argv);
  /// SIGTERM, and waits for the end.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  /// The next line of its stdout, without the line end. Throws when it ends, or says nothing for 30 s.
  std::string read_line();

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string unread_;
};

/// Runs a program to its end. Throws std::runtime_error unless it exits with 0.
void run_process(const std::vector<std::string>& argv);

}  // namespace tocsin::test
