#include "agent/api/incident_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

using testing::HasSubstr;

Result<IncidentFilter> filter(const std::string& query) {
  return parse_incident_filter(parse_target("/api/v1/incidents?" + query).value());
}

TEST(IncidentFilter, WithoutParametersIsTheNewestHundred) {
  const Result<IncidentFilter> all = filter("state=&severity=&rule=&since=&limit=&cursor=&unknown=1");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->limit, 100U);
  EXPECT_FALSE(all->active_only || all->state || all->severity || all->since || all->before);
  EXPECT_EQ(all->rule, "");
}

TEST(IncidentFilter, TakesEveryParameter) {
  const Result<IncidentFilter> some =
      filter("state=acknowledged&severity=critical&rule=High:Error-Rate&limit=1000&cursor=INC-7");
  ASSERT_TRUE(some);
  EXPECT_EQ(some->state, IncidentState::acknowledged);
  EXPECT_EQ(some->severity, Severity::sev1);
  EXPECT_EQ(some->rule, "High:Error-Rate");
  EXPECT_EQ(some->limit, 1000U);
  EXPECT_EQ(some->before, 7);
}

TEST(IncidentFilter, ActiveIsWhateverIsNotResolved) {
  EXPECT_TRUE(filter("state=active")->active_only);
  EXPECT_FALSE(filter("state=active")->state);
}

TEST(IncidentFilter, SinceIsATimeOrUnixSeconds) {
  EXPECT_EQ(filter("since=1795255200.5")->since, from_unix_ms(1'795'255'200'500));
  EXPECT_EQ(filter("since=2026-11-21T10:00:00Z")->since, from_unix_ms(1'795'255'200'000));
  EXPECT_EQ(filter("since=2026-11-21T12:00:00%2B02:00")->since, from_unix_ms(1'795'255'200'000));
}

TEST(IncidentFilter, SaysWhatWouldBeRight) {
  EXPECT_EQ(filter("limit=0").error().text, R"(limit="0": give 1 to 1000)");
  EXPECT_THAT(filter("state=closed").error().text, HasSubstr("open, acknowledged, resolved or active"));
  EXPECT_THAT(filter("severity=SEV5").error().text, HasSubstr("SEV1, SEV2, SEV3 or SEV4"));
  EXPECT_THAT(filter("since=yesterday").error().text, HasSubstr("2026-11-21T10:00:00Z"));
  EXPECT_THAT(filter("cursor=7x").error().text, HasSubstr("next_cursor"));
  EXPECT_THAT(filter("rule=a%20b").error().text, HasSubstr("name of a rule"));
}

TEST(IncidentFilter, RefusesNumbersThatAreNone) {
  for (const char* query :
       {"limit=-1", "limit=1001", "limit=1e2", "limit=+5", "limit=99999999999999999999", "limit=5%20", "since=nan",
        "since=inf", "since=1e300", "since=-1", "cursor=INC-0", "cursor=INC-99999999999999999999", "rule=9lives"}) {
    EXPECT_FALSE(filter(query)) << query;
  }
}

TEST(IncidentFilter, QuotesOnlyTheBeginningOfLongInput) {
  EXPECT_LT(filter("state=" + std::string(5000, 'x')).error().text.size(), 200U);
}

}  // namespace
}  // namespace tocsin
