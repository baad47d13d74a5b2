#include "agent/engine/self_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/agent/engine/engine_world.h"

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

/// One rule is refused, the other is answered; before the start, the first was failing already.
class FailingRule : public test::EngineWorld {
 protected:
  FailingRule() {
    add_second_rule();
    Incident incident;
    incident.id = 1;
    incident.rule = kRuleFailingRule;
    incident.key = {{"failing_rule", "Graded"}};
    incident.opened_at = clock_.now() - std::chrono::hours{1};
    store_.stored.incidents = {incident};
    store_.stored.next_incident = 2;
    SeriesState open;
    open.grades = {{.phase = Phase::open, .since = incident.opened_at, .recovering_since = std::nullopt}};
    store_.stored.series = {{std::string(kRuleFailingRule), incident.key, open}};
  }

  std::optional<Response> prometheus(const HttpRequest& request) override {
    if (!refuses_ || request.body.starts_with("query=y")) return EngineWorld::prometheus(request);
    Response refusal = test::answer(422, R"({"status":"error","errorType":"execution","error":"too many samples"})");
    refusal.content_type = "application/json";
    return refusal;
  }

  bool resolved() const { return std::ranges::count(store_.timeline, "resolved") > 0; }

  bool refuses_ = true;
};

TEST_F(FailingRule, StaysSoOverARestartUntilItIsAnswered) {
  begin();
  turns(5);
  EXPECT_FALSE(resolved());
  refuses_ = false;
  turns(2);
  EXPECT_TRUE(resolved());
}

TEST_F(FailingRule, IsOverOnceNoRuleIsLeft) {
  config_.rules.clear();
  begin();
  turns(1);
  EXPECT_TRUE(resolved());
}

}  // namespace
}  // namespace tocsin
