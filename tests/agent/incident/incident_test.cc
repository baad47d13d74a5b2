#include "agent/incident/incident.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(IncidentName, ComesBackAsItsNumber) {
  EXPECT_EQ(incident_name(7), "INC-7");
  for (const IncidentId id : {IncidentId{1}, IncidentId{10}, std::numeric_limits<IncidentId>::max()}) {
    EXPECT_EQ(parse_incident_name(incident_name(id)), id);
  }
}

TEST(IncidentName, AnythingElseIsNoName) {
  for (const char* text : {"", "7", "INC-", "INC", "inc-7", "INC-0", "INC--7", "INC-+7", "INC-07", "INC-7x", " INC-7",
                           "INC-7 ", "INC-9223372036854775808", "INC-7/acknowledge"}) {
    EXPECT_FALSE(parse_incident_name(text)) << text;
  }
}

TEST(IncidentState, IsWrittenAsTheApiWritesIt) {
  EXPECT_EQ(state_text(IncidentState::open), "open");
  EXPECT_EQ(state_text(IncidentState::acknowledged), "acknowledged");
  EXPECT_EQ(state_text(IncidentState::resolved), "resolved");
  for (const IncidentState state : {IncidentState::open, IncidentState::acknowledged, IncidentState::resolved}) {
    EXPECT_EQ(parse_state(state_text(state)), state);
  }
  EXPECT_FALSE(parse_state("active"));
  EXPECT_FALSE(parse_state("Open"));
}

}  // namespace
}  // namespace tocsin
