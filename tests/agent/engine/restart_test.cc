// What was open when tocsin ended, and a configuration that was changed before it began again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/engine/engine_world.h"

namespace tocsin {
namespace {

using testing::Contains;
using testing::Not;

/// INC-1 of the one rule is open, for the series {pod="a"}.
class Restart : public test::EngineWorld {
 protected:
  Restart() {
    const Labels series{{"pod", "a"}};
    Incident incident;
    incident.id = 1;
    incident.rule = "Graded";
    incident.key = series;
    incident.dedup_key = "Graded";
    incident.opened_at = clock_.now() - Duration{5000};
    store_.stored.incidents = {incident};
    store_.stored.next_incident = 2;
    const GradeState open{.phase = Phase::open, .since = incident.opened_at, .recovering_since = {}};
    const SeriesState state{.grades = {open, {}}, .absent_since = {}, .value = 5};
    store_.stored.series = {{.rule = "Graded", .labels = series, .state = state}};
    store_.stored.rules = {{.rule = "Graded", .last_tick = clock_.now() - Duration{1000}}};
    value_ = 5;
  }

  void identify_by(std::vector<std::string> labels) {
    Rule rule = *config_.rules.front();
    rule.incident_by = std::move(labels);
    config_.rules = {std::make_shared<const Rule>(std::move(rule))};
  }
};

TEST_F(Restart, GoesOnWithWhatIsOpen) {
  identify_by({"pod"});
  begin();
  turns(3);
  EXPECT_THAT(store_.timeline, Not(Contains("resolved")));
  EXPECT_THAT(store_.timeline, Not(Contains("opened")));
}

TEST_F(Restart, WithAnotherIncidentByEndsWhatNothingWouldEndAnyMore) {
  identify_by({"service"});
  begin();
  EXPECT_THAT(store_.timeline, Contains("resolved"));
  turns(3);
  EXPECT_THAT(store_.timeline, Contains("opened")) << "it breaches, and is an incident of its own";
}

}  // namespace
}  // namespace tocsin
