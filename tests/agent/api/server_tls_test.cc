// The HTTP port over TLS, with a certificate made for the test and curl as the client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "agent/api/server.h"
#include "tests/agent/api/client.h"
#include "tests/agent/api/fakes.h"

namespace tocsin {
namespace {

using testing::HasSubstr;

std::string output_of(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  char bytes[1024];
  while (pipe != nullptr && std::fgets(bytes, sizeof bytes, pipe) != nullptr) text += bytes;
  if (pipe != nullptr) pclose(pipe);
  return text;
}

class ServerTls : public testing::Test {
 protected:
  ServerTls() {
    control.model = test::busy_model();
    folder = std::filesystem::temp_directory_path() / ("tocsin-tls-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    output_of(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout " +
        key() + " -out " + certificate());
  }
  ~ServerTls() override { std::filesystem::remove_all(folder); }

  std::string certificate() const { return folder / "cert.pem"; }
  std::string key() const { return folder / "key.pem"; }

  Result<std::unique_ptr<ApiServer>> start(const std::string& certificate_file, const std::string& key_file) {
    return ApiServer::start(
        {.listen = "127.0.0.1:0", .tls_cert_file = certificate_file, .tls_key_file = key_file, .access = {}}, control,
        store, watchdog);
  }

  test::FakeControl control;
  test::FakeStore store;
  Watchdog watchdog{std::chrono::hours(1), end_of_hung_process};
  std::filesystem::path folder;
};

TEST_F(ServerTls, ServesOverTls) {
  const Result<std::unique_ptr<ApiServer>> server = start(certificate(), key());
  ASSERT_TRUE(server) << server.error().text;
  const std::string url = "https://localhost:" + std::to_string((*server)->port());
  const std::string curl = "curl -sS --noproxy '*' --cacert " + certificate() + " ";
  EXPECT_EQ(output_of(curl + url + "/-/healthy"), "tocsin is healthy.\n");
  EXPECT_THAT(output_of(curl + "--tls-max 1.1 " + url + "/-/healthy"), HasSubstr("curl:"));
  EXPECT_THAT(output_of(curl + "-X POST -H 'Origin: " + url + "' " + url + "/-/reload"), HasSubstr("success"));
  EXPECT_THAT(output_of(curl + "-X POST -H 'Origin: http" + url.substr(5) + "' " + url + "/-/reload"),
              HasSubstr("forbidden"));
}

TEST_F(ServerTls, PlainHttpOnATlsPortHarmsNobody) {
  const Result<std::unique_ptr<ApiServer>> server = start(certificate(), key());
  ASSERT_TRUE(server);
  EXPECT_EQ(test::get((*server)->port(), "/-/healthy").status, 0);
  EXPECT_EQ(control.reads, 0);
}

TEST_F(ServerTls, FilesThatCannotServeAreNamed) {
  EXPECT_THAT(start(folder / "none.pem", key()).error().text, HasSubstr("none.pem: cannot be read"));
  EXPECT_THAT(start(certificate(), "").error().text, HasSubstr("tls.key_file"));
  std::ofstream(folder / "empty.pem").flush();
  EXPECT_THAT(start(folder / "empty.pem", key()).error().text, HasSubstr("empty.pem: is empty"));
  std::ofstream(folder / "bad.pem") << "nonsense";
  EXPECT_THAT(start(folder / "bad.pem", key()).error().text, HasSubstr("not a PEM certificate and its private key"));
  const std::string locked = folder / "locked.pem";
  output_of("openssl ec -aes128 -passout pass:secret -in " + key() + " -out " + locked);
  EXPECT_THAT(start(certificate(), locked).error().text, HasSubstr("locked.pem: not a PEM certificate and its private "
                                                                   "key without a password"));
}

}  // namespace
}  // namespace tocsin
