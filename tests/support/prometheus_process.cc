#include "tests/support/prometheus_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>
#include <thread>

namespace tocsin::test {
namespace {

namespace fs = std::filesystem;
constexpr const char* kProgram = "/usr/bin/prometheus";
constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kPause = std::chrono::milliseconds(20);

void write_file(const fs::path& path, std::string_view content) {
  std::ofstream(path) << content;
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// "socket:[12345]" of every socket that the process holds.
std::set<std::string> socket_inodes(pid_t pid) {
  constexpr std::string_view kSocket = "socket:[";
  std::set<std::string> inodes;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/fd", pid), ignored)) {
    const std::string target = fs::read_symlink(entry.path(), ignored).string();
    if (target.starts_with(kSocket)) inodes.insert(target.substr(kSocket.size(), target.size() - kSocket.size() - 1));
  }
  return inodes;
}

/// The port on which the process listens: it chose one itself, so nobody can have taken it before.
std::optional<uint16_t> listening_port(pid_t pid) {
  constexpr std::string_view kListening = "0A";
  const std::set<std::string> inodes = socket_inodes(pid);
  std::ifstream table("/proc/net/tcp");
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
    if (state != kListening || !inodes.contains(inode)) continue;
    return static_cast<uint16_t>(std::stoul(local.substr(local.find(':') + 1), nullptr, 16));
  }
  return std::nullopt;
}

std::string path_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = url.find('/', host);
  std::string prefix(path == std::string_view::npos ? "" : url.substr(path));
  while (prefix.ends_with('/')) prefix.pop_back();
  return prefix;
}

/// In the child, after fork: only async-signal-safe calls.
[[noreturn]] void execute(const std::vector<char*>& arguments, const char* log_file) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int log = ::open(log_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(kProgram, arguments.data());
  ::_exit(127);
}

}  // namespace

Result<std::unique_ptr<PrometheusProcess>> PrometheusProcess::start(const PrometheusSetup& setup) {
  if (::access(kProgram, X_OK) != 0) return fail(fmt::format("{} is missing: apt-get install prometheus", kProgram));
  std::unique_ptr<PrometheusProcess> process(new PrometheusProcess);
  if (auto spawned = process->spawn(setup); !spawned) return std::unexpected(spawned.error());
  if (auto ready = process->wait_until_ready(); !ready) return std::unexpected(ready.error());
  return process;
}

Result<void> PrometheusProcess::spawn(const PrometheusSetup& setup) {
  std::string folder = (fs::temp_directory_path() / "tocsin-prometheus-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return fail(fmt::format("cannot make {}", folder), ErrorCode::internal);
  folder_ = folder;
  path_prefix_ = path_of(setup.external_url);
  write_file(folder_ / "prometheus.yml", setup.config);
  for (const auto& [name, content] : setup.files) write_file(folder_ / name, content);

  std::vector<std::string> words = {kProgram,
                                    "--config.file=" + (folder_ / "prometheus.yml").string(),
                                    "--storage.tsdb.path=" + (folder_ / "data").string(),
                                    "--web.listen-address=127.0.0.1:0",
                                    "--web.external-url=" + setup.external_url,
                                    "--log.level=warn"};
  words.insert(words.end(), setup.flags.begin(), setup.flags.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string log_file = (folder_ / "prometheus.log").string();
  pid_ = ::fork();
  if (pid_ < 0) return fail("cannot fork", ErrorCode::internal);
  if (pid_ == 0) execute(arguments, log_file.c_str());
  return {};
}

Result<void> PrometheusProcess::wait_until_ready() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (has_ended()) return fail(fmt::format("prometheus ended: {}", log()), ErrorCode::internal);
    if (port_ == 0) port_ = listening_port(pid_).value_or(0);
    if (port_ != 0) {
      const auto reply = get("/-/ready");
      if (reply && reply->status == 200) return {};
    }
    std::this_thread::sleep_for(kPause);
  }
  return fail(fmt::format("prometheus is not ready: {}", log()), ErrorCode::unavailable);
}

bool PrometheusProcess::has_ended() {
  if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

PrometheusProcess::~PrometheusProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::string PrometheusProcess::url() const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path_prefix_);
}

Result<HttpReply> PrometheusProcess::get(std::string_view path) const {
  return http_get(port_, fmt::format("{}{}", path_prefix_, path));
}

std::string PrometheusProcess::log() const {
  return read_file(folder_ / "prometheus.log");
}

}  // namespace tocsin::test
