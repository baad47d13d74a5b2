// The examples that users copy are valid configurations.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "agent/config/load.h"

namespace tocsin {
namespace {

std::string faults_of(const LoadedConfig& loaded) {
  std::string text;
  for (const Fault& fault : loaded.faults) text += fault.str() + "\n";
  return text;
}

TEST(Examples, TheExampleConfigurationIsValid) {
  setenv("TOCSIN_TOKEN", "token", 1);                                      // NOLINT(concurrency-mt-unsafe)
  setenv("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/x", 1);    // NOLINT(concurrency-mt-unsafe)
  setenv("PAGERDUTY_ROUTING_KEY", "0123456789abcdef0123456789abcdef", 1);  // NOLINT(concurrency-mt-unsafe)
  setenv("SMTP_PASSWORD", "password", 1);                                  // NOLINT(concurrency-mt-unsafe)
  const LoadedConfig loaded = load_config(TOCSIN_SOURCE_DIR "/deploy/tocsin.example.toml");
  ASSERT_EQ("", faults_of(loaded));
  EXPECT_EQ(4U, loaded.config->rules.size());
  EXPECT_EQ(5U, loaded.config->notifiers.size());
  EXPECT_EQ(3U, loaded.config->routes.size());
}

}  // namespace
}  // namespace tocsin
