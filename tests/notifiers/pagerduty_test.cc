#include "notifiers/pagerduty.h"

#include <gtest/gtest.h>

#include "notifiers/json.h"
#include "notifiers/pagerduty_event.h"
#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

using Kind = NotificationKind;

class PagerDuty : public testing::Test {
 protected:
  std::unique_ptr<const Notifier> notifier_ = samples::subject("pagerduty").make();

  Json event(const Notification& notification) const {
    const Outgoing outgoing = notifier_->build(notification);
    return parse_json(samples::http_request(outgoing).body);
  }
};

TEST_F(PagerDuty, IsNeverToldOfThePast) {
  for (const Kind kind : {Kind::past, Kind::reminder, Kind::deescalate}) {
    EXPECT_FALSE(notifier_->wants(kind)) << kind_text(kind);
  }
  for (const Kind kind : {Kind::open, Kind::escalate, Kind::acknowledge, Kind::resolve, Kind::test}) {
    EXPECT_TRUE(notifier_->wants(kind)) << kind_text(kind);
  }
}

TEST_F(PagerDuty, SeveritiesAreMapped) {
  for (const auto& [ours, theirs] : {std::pair("SEV1", "critical"), std::pair("SEV2", "error"),
                                     std::pair("SEV3", "warning"), std::pair("SEV4", "info")}) {
    Notification open = samples::notification(Kind::open);
    open.incident.severity = ours;
    EXPECT_EQ(event(open)["payload"]["severity"], theirs);
  }
}

TEST_F(PagerDuty, FollowUpsUseTheKeyThatWasTriggered) {
  Notification open = samples::notification(Kind::open);
  samples::deliver(*notifier_, open);
  Notification resolve = samples::notification(Kind::resolve);
  resolve.remembered = open.remembered;
  resolve.incident.dedup_key = "renamed meanwhile";
  const Json sent = event(resolve);
  EXPECT_EQ(sent["event_action"], "resolve");
  EXPECT_EQ(sent["dedup_key"], pagerduty_key(open.incident));
  EXPECT_EQ(sent.size(), 3U);
}

TEST_F(PagerDuty, AcknowledgmentIsPassedOn) {
  EXPECT_EQ(event(samples::notification(Kind::acknowledge))["event_action"], "acknowledge");
}

TEST_F(PagerDuty, LongKeysAreCutAndToldApart) {
  IncidentSnapshot incident = samples::incident();
  incident.dedup_key = std::string(300, 'a') + "1";
  const std::string first = pagerduty_key(incident);
  incident.dedup_key = std::string(300, 'a') + "2";
  const std::string second = pagerduty_key(incident);
  EXPECT_EQ(first.size(), 255U);
  EXPECT_NE(first, second);
  incident.dedup_key = std::string(255, 'a');
  EXPECT_EQ(pagerduty_key(incident), incident.dedup_key);
}

TEST_F(PagerDuty, DetailsAreShortenedBeforeTheyAreLeftOut) {
  Notification open = samples::notification(Kind::open);
  for (int i = 0; i < 10; ++i) {
    open.incident.labels.set("label" + std::to_string(i), std::string(90'000, 'x'));
  }
  Json details = event(open)["payload"]["custom_details"];
  EXPECT_EQ(details["labels"]["label0"].get<std::string>().size(), 999 + std::string("…").size());
  for (int i = 0; i < 2000; ++i) {
    open.incident.labels.set("label" + std::to_string(i), std::string(1000, 'x'));
  }
  details = event(open)["payload"]["custom_details"];
  EXPECT_FALSE(details.contains("labels"));
  EXPECT_TRUE(details.contains("note"));
}

TEST_F(PagerDuty, SourceIsTheInstanceOrElseTheRule) {
  Notification open = samples::notification(Kind::open);
  EXPECT_EQ(event(open)["payload"]["source"], "HighErrorRate");
  open.incident.labels.set("instance", "a:9100");
  EXPECT_EQ(event(open)["payload"]["source"], "a:9100");
}

TEST_F(PagerDuty, UrlKeepsItsPrefixAndTakesTheWholeAddressToo) {
  for (const std::string base :
       {"https://proxy.example.org/pd", "https://proxy.example.org/pd/", "https://proxy.example.org/pd/v2/enqueue"}) {
    samples::Subject subject = samples::subject("pagerduty");
    std::get<PagerDutySettings>(subject.settings.type).http.url = Secret(base);
    const Outgoing outgoing = subject.make()->build(samples::notification(Kind::open));
    EXPECT_EQ(samples::http_request(outgoing).settings.url.reveal(), "https://proxy.example.org/pd/v2/enqueue");
  }
}

TEST_F(PagerDuty, TestLeavesNoAlertOpen) {
  Notification test = samples::notification(Kind::test);
  const std::vector<Outgoing> sent = samples::deliver(*notifier_, test);
  ASSERT_EQ(sent.size(), 2U);
  const Json trigger = parse_json(samples::http_request(sent[0]).body);
  const Json resolve = parse_json(samples::http_request(sent[1]).body);
  EXPECT_EQ(trigger["payload"]["severity"], "info");
  EXPECT_TRUE(string_member(trigger["payload"], "summary").starts_with("[TEST] "));
  EXPECT_EQ(resolve["event_action"], "resolve");
  EXPECT_EQ(resolve["dedup_key"], trigger["dedup_key"]);
  EXPECT_NE(trigger["dedup_key"], samples::incident().dedup_key);
}

}  // namespace
}  // namespace tocsin
