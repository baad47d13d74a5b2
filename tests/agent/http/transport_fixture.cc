#include "tests/agent/http/transport_fixture.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/support/child_process.h"

namespace tocsin::test {

TransportTest::TransportTest() {
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(ignored);
}

Response TransportTest::exchange(Outgoing outgoing) {
  transport.start(++last_id, std::move(outgoing));
  return completed(last_id);
}

Response TransportTest::completed(RequestId id) {
  constexpr int kTurnsMax = 60;
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    for (Completed& found : transport.wait(1s)) {
      if (found.id == id) return std::move(found.response);
    }
  }
  ADD_FAILURE() << "request " << id << " did not complete";
  return {};
}

HttpRequest post_to(const std::string& url, const std::string& body) {
  HttpRequest request;
  request.settings.url = Secret(url);
  request.body = body;
  return request;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = std::filesystem::temp_directory_path() / "tocsin-test-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string certificate(const std::string& name) {
  static const TemporaryDirectory directory;
  static const bool made = [] {
    run_process({support_file("make_certificates.sh"), directory.path()});
    return true;
  }();
  static_cast<void>(made);
  return directory.file(name);
}

std::string support_file(const std::string& name) {
  return std::string(TOCSIN_SOURCE_DIR) + "/tests/support/" + name;
}

}  // namespace tocsin::test
