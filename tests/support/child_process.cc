#include "tests/support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

extern char** environ;

namespace tocsin::test {
namespace {

pid_t spawn(const std::vector<std::string>& argv, int input, int output) {
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input >= 0) posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  if (output >= 0) posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, argv.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + argv.front());
  return pid;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  pid_ = spawn(argv, input[0], output[1]);
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  output_ = output[0];
}

ChildProcess::~ChildProcess() {
  ::kill(pid_, SIGTERM);
  ::close(input_);
  ::close(output_);
  ::waitpid(pid_, nullptr, 0);
}

std::string ChildProcess::read_line() {
  constexpr int kPatienceMs = 30'000;
  while (unread_.find('\n') == std::string::npos) {
    pollfd ready{output_, POLLIN, 0};
    std::array<char, 4096> buffer{};
    const ssize_t count = ::poll(&ready, 1, kPatienceMs) == 1 ? ::read(output_, buffer.data(), buffer.size()) : -1;
    if (count <= 0) throw std::runtime_error("the child process has nothing more to say");
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  const std::size_t end = unread_.find('\n');
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

void run_process(const std::vector<std::string>& argv) {
  int status = 0;
  ::waitpid(spawn(argv, -1, -1), &status, 0);
  if (status != 0) throw std::runtime_error(argv.front() + " failed");
}

}  // namespace tocsin::test
