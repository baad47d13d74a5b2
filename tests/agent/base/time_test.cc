#include "agent/base/time.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Duration, ReadsPrometheusDurations) {
  EXPECT_EQ(parse_duration("15s"), Duration{15'000});
  EXPECT_EQ(parse_duration("1h30m"), Duration{5'400'000});
  EXPECT_EQ(parse_duration("2d"), Duration{172'800'000});
  EXPECT_EQ(parse_duration("1y2w3d4h5m6s7ms")->count(), 33'019'506'007);
  EXPECT_EQ(parse_duration("0"), Duration{0});
  EXPECT_EQ(parse_duration("0s"), Duration{0});
}

TEST(Duration, RefusesWhatPrometheusRefuses) {
  for (const char* text :
       {"", "1", "1.5h", "-1s", "+1s", " 1s", "1 s", "1m1h", "1h1h", "1x", "s", "300y", "99999999999999999999s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, PrintsYearsAndWeeksOnlyWhereTheyDivide) {
  EXPECT_EQ(format_duration(Duration{0}), "0s");
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(24h * 14), "2w");
  EXPECT_EQ(format_duration(24h * 15), "15d");
  EXPECT_EQ(format_duration(24h * 365), "1y");
  EXPECT_EQ(format_duration(1500ms), "1s500ms");
}

TEST(Timestamp, PrintsAndReadsRfc3339) {
  const Timestamp at = from_unix_ms(1'763'719'200'123);
  EXPECT_EQ(format_rfc3339(at), "2025-11-21T10:00:00.123Z");
  EXPECT_EQ(parse_rfc3339("2025-11-21T10:00:00.123Z"), at);
  EXPECT_EQ(parse_rfc3339("2025-11-21T11:00:00.123456+01:00"), at);
  EXPECT_EQ(parse_rfc3339("2025-11-21T10:00:00Z"), at - 123ms);
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2025", "2025-13-01T00:00:00Z", "2025-02-30T00:00:00Z", "2025-11-21T24:00:00Z", "2025-11-21T10:00:00",
        "2025-11-21T10:00:00.Z", "2025-11-21T10:00:00+1", "2025-11-21T10:00:00Zx"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Timestamp, UnixSecondsHaveThreeDecimals) {
  EXPECT_EQ(format_unix_seconds(from_unix_ms(1'763'719'200'005)), "1763719200.005");
  EXPECT_EQ(format_unix_seconds(from_unix_ms(-1)), "-0.001");
}

}  // namespace
}  // namespace tocsin
