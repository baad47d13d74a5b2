#include "agent/engine/self_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace tocsin {
namespace {

using testing::HasSubstr;

TEST(SelfRules, NameTheirRunbook) {
  const PrometheusConfig prometheus;
  const std::map<std::string, std::shared_ptr<const Rule>> runbooks = {
      {"docs/runbooks/tocsin-blind.md", blind_rule(prometheus)},
      {"docs/runbooks/tocsin-rule-failing.md", rule_failing_rule(prometheus)},
      {"docs/runbooks/tocsin-too-many-incidents.md", too_many_incidents_rule()}};
  for (const auto& [path, rule] : runbooks) {
    EXPECT_THAT(rule->annotations.back().second.source(), HasSubstr("The runbook is " + path)) << rule->name;
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(TOCSIN_SOURCE_DIR) / path)) << path;
  }
}

}  // namespace
}  // namespace tocsin
