#include "agent/api/incident_json.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/agent/api/fakes.h"

namespace tocsin {
namespace {

TEST(IncidentJson, HasEveryFieldInTheOrderOfTheDocumentation) {
  EXPECT_EQ(json_text(incident_json(test::make_record(7))),
            R"({"id":"INC-7","rule":"HighErrorRate","state":"open","severity":"SEV1","labels":{"service":"checkout"},)"
            R"("annotations":{"summary":"5xx over 5 %"},"value":0.0731,)"
            R"("dedup_key":"HighErrorRate{service=\"checkout\"}","opened_at":"2026-11-21T10:00:00.000Z",)"
            R"("acknowledged_at":null,"acknowledged_by":"","resolved_at":null,"resolve_reason":"","flaps":0,)"
            R"("series":[{"labels":{"service":"checkout"},"value":0.0731,"since":"2026-11-21T09:58:00.000Z"}],)"
            R"("series_count":1,"timeline":[{"at":"2026-11-21T10:00:00.000Z","type":"opened",)"
            R"("text":"0.0731 > 0.05 for 2m","by":""}],"notifications":[{"notifier":"team-slack","kind":"open",)"
            R"("state":"delivered","attempts":2,"last_error":"503","delivered_at":"2026-11-21T10:00:01.234Z"}]})");
}

TEST(IncidentJson, InAListHasNeitherTimelineNorNotifications) {
  const Json json = incident_json(test::make_record(7).incident);
  EXPECT_FALSE(json.contains("timeline"));
  EXPECT_FALSE(json.contains("notifications"));
  EXPECT_EQ(json.size(), 16U);
}

TEST(IncidentJson, ShowsWhoAcknowledgedAndWhyItIsOver) {
  Incident incident = test::make_record(1).incident;
  incident.state = IncidentState::resolved;
  incident.acknowledged_at = test::time_at(1);
  incident.acknowledged_by = "Ana";
  incident.resolved_at = test::time_at(2);
  incident.resolve_reason = "series gone";
  const Json json = incident_json(incident);
  EXPECT_EQ(json["state"], "resolved");
  EXPECT_EQ(json["acknowledged_at"], "2026-11-21T10:00:00.001Z");
  EXPECT_EQ(json["acknowledged_by"], "Ana");
  EXPECT_EQ(json["resolved_at"], "2026-11-21T10:00:00.002Z");
  EXPECT_EQ(json["resolve_reason"], "series gone");
}

TEST(IncidentJson, ValuesThatJsonLacksAreNullAndWords) {
  EXPECT_EQ(json_text(value_json(std::numeric_limits<double>::quiet_NaN())), "null");
  EXPECT_EQ(json_text(value_json(std::numeric_limits<double>::infinity())), "\"+Inf\"");
  EXPECT_EQ(json_text(value_json(-std::numeric_limits<double>::infinity())), "\"-Inf\"");
  EXPECT_EQ(json_text(value_json(0.1)), "0.1");
}

TEST(IncidentJson, HostileBytesDoNotCostTheAnswer) {
  Incident incident = test::make_record(1).incident;
  incident.labels = {{"path", "\xff\"\n\x01"}};
  EXPECT_EQ(json_text(incident_json(incident)["labels"]), R"({"path":"�\"\n\u0001"})");
}

}  // namespace
}  // namespace tocsin
