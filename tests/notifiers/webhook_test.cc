#include "notifiers/webhook.h"

#include <gtest/gtest.h>

#include <limits>

#include "notifiers/json.h"
#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

using Kind = NotificationKind;

Json body(const Notification& notification) {
  const Outgoing outgoing = samples::subject("webhook").make()->build(notification);
  return parse_json(samples::http_request(outgoing).body);
}

TEST(Webhook, WantsWhatAlertmanagerKnows) {
  const auto notifier = samples::subject("webhook").make();
  for (const Kind kind : samples::kAllKinds) {
    EXPECT_EQ(notifier->wants(kind), kind != Kind::acknowledge && kind != Kind::deescalate) << kind_text(kind);
  }
}

TEST(Webhook, FiringHasNoEndAndResolvedHasOne) {
  EXPECT_EQ(body(samples::notification(Kind::open))["alerts"][0]["endsAt"], "0001-01-01T00:00:00Z");
  for (const Kind kind : {Kind::resolve, Kind::past}) {
    const Json sent = body(samples::notification(kind));
    EXPECT_EQ(sent["status"], "resolved");
    EXPECT_EQ(sent["alerts"][0]["endsAt"], "2026-11-21T10:12:00.000Z");
  }
}

TEST(Webhook, FingerprintOutlivesChangesOfLabels) {
  Notification open = samples::notification(Kind::open);
  const Json before = body(open);
  open.incident.labels.set("instance", "c:1");
  const Json after = body(open);
  EXPECT_EQ(before["alerts"][0]["fingerprint"], after["alerts"][0]["fingerprint"]);
  EXPECT_EQ(before["groupKey"], after["groupKey"]);
  open.incident.dedup_key += "2";
  EXPECT_NE(body(open)["groupKey"], before["groupKey"]) << "two incidents of one rule are two groups";
}

TEST(Webhook, ValuesThatJsonCannotWriteAreText) {
  Notification open = samples::notification(Kind::open);
  open.incident.value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(body(open)["tocsin"]["value"], "NaN");
  open.incident.value = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(body(open)["tocsin"]["value"], "-Inf");
}

TEST(Console, ColorsOnlyWhereAsked) {
  samples::Subject subject = samples::subject("console");
  const Notification open = samples::notification(Kind::open);
  EXPECT_EQ(samples::console_text(subject.make()->build(open)).find('\x1b'), std::string::npos);
  subject.settings.type = ConsoleSettings{.color = true};
  EXPECT_NE(samples::console_text(subject.make()->build(open)).find("\x1b[33mOPEN     SEV3\x1b[0m"), std::string::npos);
}

}  // namespace
}  // namespace tocsin
