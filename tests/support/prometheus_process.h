// A real Prometheus for one test: its own folder under the temporary directory, an ephemeral port on loopback, killed
// and cleaned up in the destructor.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "tests/support/http_get.h"

namespace tocsin::test {

struct PrometheusSetup {
  std::string config;                                      // prometheus.yml
  std::vector<std::pair<std::string, std::string>> files;  // name and content, written beside it
  std::string external_url = "http://prometheus.example.org/";
  std::vector<std::string> flags;  // further command line flags
};

/// One thread.
class PrometheusProcess {
 public:
  /// Returns once it is ready. An error, with what Prometheus logged, where it is not installed or does not start.
  static Result<std::unique_ptr<PrometheusProcess>> start(const PrometheusSetup& setup);
  ~PrometheusProcess();
  PrometheusProcess(const PrometheusProcess&) = delete;
  PrometheusProcess& operator=(const PrometheusProcess&) = delete;

  uint16_t port() const { return port_; }
  std::string url() const;  // "http://127.0.0.1:PORT"
  /// `path` begins behind the external URL's path: "/api/v1/alerts".
  Result<HttpReply> get(std::string_view path) const;

 private:
  PrometheusProcess() = default;
  Result<void> spawn(const PrometheusSetup& setup);
  Result<void> wait_until_ready();
  bool has_ended();
  std::string log() const;

  std::filesystem::path folder_;
  std::string path_prefix_;
  pid_t pid_ = -1;
  uint16_t port_ = 0;
};

}  // namespace tocsin::test
