#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "tests/agent/config/config_folder.h"

namespace tocsin {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string config_with_token(const std::string& setting) {
  return "prometheus.url = 'http://localhost:9090'\n[web]\n" + setting + "\n";
}

TEST(Secrets, ComeFromTheEnvironment) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", config_with_token("token = '${TOCSIN_TEST_TOKEN}'"));
  ASSERT_EQ(::setenv("TOCSIN_TEST_TOKEN", "from-environment", 1), 0);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(folder.load().config->web.token, Secret("from-environment"));
  ASSERT_EQ(::setenv("TOCSIN_TEST_TOKEN", "", 1), 0);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_THAT(complaints(folder.load()), HasSubstr("tocsin.toml:3:9: `token`: it is empty"));
  ASSERT_EQ(::unsetenv("TOCSIN_TEST_TOKEN"), 0);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_THAT(complaints(folder.load()), HasSubstr("the environment variable TOCSIN_TEST_TOKEN is not set"));
}

TEST(Secrets, ADollarElsewhereIsPartOfTheSecret) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", config_with_token("token = 'a${HOME}$'"));
  EXPECT_EQ(folder.load().config->web.token, Secret("a${HOME}$"));
}

TEST(Secrets, ComeFromFilesWithoutTheirLastLineEnd) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", config_with_token("token_file = 'token'"));
  folder.write("token", " with blanks \r\n\n");
  EXPECT_EQ(folder.load().config->web.token, Secret(" with blanks "));
}

TEST(Secrets, AFileThatEverybodyCanReadIsAWarning) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", config_with_token("token_file = 'token'"));
  folder.write("token", "hunter2");
  EXPECT_THAT(complaints(folder.load()), Not(HasSubstr("everybody")));
  ASSERT_EQ(::chmod(folder.path("token").c_str(), 0644), 0);
  const LoadedConfig loaded = folder.load();
  EXPECT_THAT(complaints(loaded), HasSubstr("tocsin.toml:3:14: everybody on this machine can read the secret in " +
                                            folder.path("token") + "; chmod o-r it"));
  EXPECT_EQ(loaded.config->web.token, Secret("hunter2"));
}

TEST(Secrets, OneWrittenInAFileThatOthersCanReadIsAWarning) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", config_with_token("token = 'hunter2'"));
  const std::string file = folder.path("tocsin.toml");
  const std::string warning = "warning: " + file + ":3:9: `token`: others than its owner can read " + file +
                              " and the secret in it; move it into a file that `token_file` names, or chmod go-r " +
                              file + "\n";
  EXPECT_THAT(complaints(folder.load()), Not(HasSubstr("owner")));
  for (const mode_t mode : {0640U, 0604U}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    EXPECT_THAT(complaints(folder.load()), HasSubstr(warning));
  }
}

TEST(Secrets, WhatOnlyNamesASecretMayBeReadByAll) {
  const ConfigFolder folder;
  folder.write("token", "hunter2");
  ASSERT_EQ(::setenv("TOCSIN_TEST_TOKEN", "hunter2", 1), 0);  // NOLINT(concurrency-mt-unsafe)
  for (const char* setting : {"token = '${TOCSIN_TEST_TOKEN}'", "token_file = 'token'"}) {
    folder.write("tocsin.toml", config_with_token(setting));
    ASSERT_EQ(::chmod(folder.path("tocsin.toml").c_str(), 0644), 0);
    EXPECT_THAT(complaints(folder.load()), Not(HasSubstr("owner")));
  }
  ASSERT_EQ(::unsetenv("TOCSIN_TEST_TOKEN"), 0);  // NOLINT(concurrency-mt-unsafe)
}

TEST(Secrets, APrivateKeyThatEverybodyCanReadIsAWarning) {
  const ConfigFolder folder;
  const std::string tls = "{ cert_file = 'cert.pem', key_file = 'key.pem' }\n";
  folder.write("tocsin.toml", "prometheus = { url = 'https://localhost:9090', tls = " + tls.substr(0, tls.size() - 1) +
                                  " }\n[web]\ntls = " + tls +
                                  "[notifiers.hook]\ntype = 'webhook'\nurl = 'https://localhost'\ntls = " + tls);
  for (const char* name : {"cert.pem", "key.pem"}) folder.write(name, "-");
  ASSERT_EQ(::chmod(folder.path("cert.pem").c_str(), 0644), 0);
  EXPECT_THAT(complaints(folder.load()), Not(HasSubstr("everybody")));
  ASSERT_EQ(::chmod(folder.path("key.pem").c_str(), 0644), 0);
  const std::string said = complaints(folder.load());
  for (const char* place : {":1:", ":3:", ":7:"}) {
    EXPECT_THAT(said, ContainsRegex(place + std::string("[0-9]+: everybody on this machine can read the private key")));
  }
  EXPECT_THAT(said, HasSubstr("in " + folder.path("key.pem") + "; chmod o-r it"));
  EXPECT_THAT(said, Not(HasSubstr("cert.pem")));
}

TEST(Secrets, HeadersAndTheCredentialsOfAProxyAreSome) {
  const ConfigFolder folder;
  ASSERT_EQ(::setenv("TOCSIN_TEST_TOKEN", "hunter2", 1), 0);  // NOLINT(concurrency-mt-unsafe)
  folder.write(
      "tocsin.toml",
      "prometheus.url = 'http://localhost:9090'\n[notifiers.hook]\ntype = 'webhook'\nurl = 'http://localhost'\n"
      "headers = { X-Token = 'hunter2', X-Other = '${TOCSIN_TEST_TOKEN}' }\n"
      "proxy_url = 'http://u:hunter2@proxy.example.org'\n"
      "[heartbeat]\nurl = 'http://localhost'\nproxy_url = 'http://proxy.example.org'\n");
  EXPECT_THAT(complaints(folder.load()), Not(HasSubstr("owner")));
  ASSERT_EQ(::chmod(folder.path("tocsin.toml").c_str(), 0644), 0);
  const std::string said = complaints(folder.load());
  ASSERT_EQ(::unsetenv("TOCSIN_TEST_TOKEN"), 0);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_THAT(said, HasSubstr(":5:23: `X-Token`: others than its owner can read " + folder.path("tocsin.toml") +
                              " and the secret in it; move it into the environment and write \"${NAME}\", or chmod"));
  EXPECT_THAT(said, HasSubstr(":6:13: `proxy_url`: others than its owner can read"));
  for (const char* other : {"X-Other", ":8:", ":9:", "hunter2"}) EXPECT_THAT(said, Not(HasSubstr(other)));
}

TEST(Secrets, TheAddressOfASlackWebhookIsOne) {
  const ConfigFolder folder;
  folder.write("tocsin.toml",
               "prometheus.url = 'http://localhost:9090'\n[notifiers.team]\ntype = 'slack'\n"
               "webhook_url = 'https://hooks.example.org/services/hunter2'\n");
  ASSERT_EQ(::chmod(folder.path("tocsin.toml").c_str(), 0644), 0);
  const std::string said = complaints(folder.load());
  EXPECT_THAT(said, HasSubstr(":4:15: `webhook_url`: others than its owner can read"));
  EXPECT_THAT(said, Not(HasSubstr("hunter2")));
}

TEST(Secrets, APipeIsRefusedAndNotWaitedFor) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", config_with_token("token_file = 'pipe'"));
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(complaints(folder.load()), HasSubstr("it is no regular file"));
}

TEST(Secrets, AHugeFileIsRefused) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", config_with_token("token_file = 'token'"));
  folder.write("token", std::string(65 << 10, 'x'));
  EXPECT_THAT(complaints(folder.load()), HasSubstr("it is larger than 64 KiB"));
}

}  // namespace
}  // namespace tocsin
