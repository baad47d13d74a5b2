#include "agent/notify/deliverer.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

using namespace std::chrono_literals;

const Timestamp kStart = from_unix_ms(1'000'000'000'000);
constexpr IncidentId kIncidents = 80;

NotifierSettings hook() {
  WebhookSettings webhook;
  webhook.http.url = Secret("http://localhost/hook");
  NotifierSettings settings;
  settings.name = "hook";
  settings.type = webhook;
  return settings;
}

Response refused_connection() {
  Response response;
  response.fault = TransportFault::connect;
  return response;
}

Response answer(int status, std::optional<Duration> retry_after = std::nullopt) {
  Response response;
  response.status = status;
  response.sent = true;
  response.retry_after = retry_after;
  return response;
}

/// More incidents than can be under way wait to be told to one webhook.
class DelivererTest : public testing::Test {
 protected:
  DelivererTest() {
    deliverer_.configure({hook()}, draft_);
    for (IncidentId id = 1; id <= kIncidents; ++id) {
      Incident& incident = incidents_[id];
      incident.id = id;
      incident.rule = "Probe";
      outbox_.announce(
          incident, {{.notifier = "hook", .repeat_interval = std::nullopt}}, Duration{0},
          [](const std::string&, NotificationKind) { return true; }, kStart, draft_);
    }
  }

  /// The ids of what goes out at `now`.
  std::vector<RequestId> take(Timestamp now) {
    std::vector<RequestId> ids;
    for (const auto& [id, outgoing] : deliverer_.take(now, draft_)) ids.push_back(id);
    return ids;
  }
  void complete(RequestId id, const Response& response, Timestamp now) {
    deliverer_.completed(id, response, now, draft_);
  }

  /// The word about the first incident, as it was last written down.
  const Delivery& first() const { return draft_.deliveries.begin()->second; }

  Draft draft_;
  Outbox outbox_;
  std::map<IncidentId, Incident> incidents_;
  RequestId next_id_ = 1;
  Deliverer deliverer_{outbox_, [this](IncidentId id) { return &incidents_.at(id); },
                       [](const std::string&) { return Links{}; }, [this] { return next_id_++; }};
};

TEST_F(DelivererTest, TriesThatFailTogetherAreOnePause) {
  const std::vector<RequestId> tries = take(kStart);
  ASSERT_EQ(tries.size(), limits::kInFlightPerWebhookMax);
  for (const RequestId id : tries) complete(id, refused_connection(), kStart + 5ms);
  EXPECT_EQ(take(kStart + 900ms), std::vector<RequestId>{});
  EXPECT_EQ(take(kStart + 1600ms).size(), 1U);
}

TEST_F(DelivererTest, PausesOfAReceiverThatStaysAwayGrow) {
  for (const RequestId id : take(kStart)) complete(id, refused_connection(), kStart);
  for (const RequestId id : take(kStart + 2s)) complete(id, refused_connection(), kStart + 2s);
  EXPECT_EQ(take(kStart + 3900ms), std::vector<RequestId>{});
  EXPECT_EQ(take(kStart + 6s).size(), 1U);
}

TEST_F(DelivererTest, OneTryThatGetsThroughOpensTheWayForAll) {
  for (const RequestId id : take(kStart)) complete(id, refused_connection(), kStart);
  const std::vector<RequestId> probe = take(kStart + 2s);
  ASSERT_EQ(probe.size(), 1U);
  EXPECT_TRUE(take(kStart + 3s).empty());
  complete(probe.front(), answer(200), kStart + 4s);
  EXPECT_EQ(take(kStart + 4s).size(), limits::kInFlightPerWebhookMax);
}

TEST_F(DelivererTest, ATryThatWasUnderWayDoesNotEndTheRestAskedFor) {
  const std::vector<RequestId> tries = take(kStart);
  complete(tries[0], answer(429, 60s), kStart);
  for (std::size_t index = 1; index < tries.size(); ++index) complete(tries[index], answer(200), kStart + 1s);
  EXPECT_EQ(take(kStart + 59s), std::vector<RequestId>{});
  EXPECT_FALSE(take(kStart + 62s).empty());
}

TEST_F(DelivererTest, ARefusalOfARequestThatWentOutTwiceLeavesOpenWhetherTheFirstWasTaken) {
  Response response = answer(503);
  response.resent = true;
  complete(take(kStart).front(), response, kStart);
  EXPECT_TRUE(outbox_.head(1, "hook").maybe_seen);
}

TEST_F(DelivererTest, AClockSetForwardGivesNothingUpThatWasNotTriedForSoLong) {
  for (const RequestId id : take(kStart)) complete(id, refused_connection(), kStart);
  outbox_.set_forward(30h, kStart + 30h, draft_);
  take(kStart + 30h + 2s);
  EXPECT_EQ(first().state, DeliveryState::sending);
  EXPECT_EQ(first().at, kStart) << "or a mail that is tried again would get another Message-ID";
}

TEST_F(DelivererTest, AClockSetBackGivesUpAsLateAsItWouldHave) {
  for (const RequestId id : take(kStart)) complete(id, refused_connection(), kStart);
  outbox_.set_back(3h, draft_);
  deliverer_.set_back(3h);
  for (const RequestId id : take(kStart + 21h - 1s)) complete(id, refused_connection(), kStart + 21h - 1s);
  EXPECT_EQ(first().state, DeliveryState::pending);
  take(kStart + 21h + 10s);
  EXPECT_EQ(first().state, DeliveryState::failed);
}

TEST_F(DelivererTest, WhatHasBeenTriedForTooLongIsGivenUpInTimeWithoutOneMoreTry) {
  for (const RequestId id : take(kStart)) complete(id, answer(503), kStart);
  const Timestamp end = kStart + hook().max_retry_age;
  for (const RequestId id : take(end - 1s)) complete(id, answer(503), end - 1s);
  EXPECT_LE(deliverer_.next_due(end - 1s), end);
  take(end);
  EXPECT_EQ(first().state, DeliveryState::failed);
  EXPECT_EQ(first().attempts, 2) << "so often it was sent";
}

TEST_F(DelivererTest, WhatHasBeenTriedForTooLongIsGivenUpWhileItsReceiverRests) {
  const Timestamp end = kStart + hook().max_retry_age;
  const std::vector<RequestId> tries = take(kStart);
  complete(tries.front(), answer(503), kStart);
  complete(tries.back(), answer(429, 1h), end - 1min);
  for (std::size_t index = 1; index + 1 < tries.size(); ++index) complete(tries[index], answer(503), end - 1min);
  take(end);
  EXPECT_EQ(first().state, DeliveryState::failed);
}

TEST_F(DelivererTest, WhatWasGivenUpIsRememberedUntilANotificationIsAccepted) {
  const std::vector<RequestId> tries = take(kStart);
  complete(tries[0], answer(404), kStart + 1s);
  complete(tries[1], answer(404), kStart + 2s);
  EXPECT_EQ(deliverer_.status().front().lost_at, kStart + 1s);
  complete(tries[2], answer(200), kStart + 3s);
  EXPECT_EQ(deliverer_.status().front().lost_at, std::nullopt);
}

TEST(RateWindow, LetsSoManyThroughInAnyTimeOfItsLength) {
  RateWindow pace(RateLimit{.rate = 2, .per = 1s});
  EXPECT_TRUE(pace.take(kStart));
  EXPECT_TRUE(pace.take(kStart + 900ms));
  EXPECT_FALSE(pace.take(kStart + 999ms));
  EXPECT_EQ(pace.next(kStart + 999ms), kStart + 1s);
  EXPECT_TRUE(pace.take(kStart + 1s));
  EXPECT_FALSE(pace.take(kStart + 1500ms));
  pace.set_back(1h);
  EXPECT_EQ(pace.next(kStart + 1500ms - 1h), kStart + 1900ms - 1h);
}

TEST_F(DelivererTest, WhatAnotherAgentHasLeftForANotifierThatIsGoneIsGivenUp) {
  Deliverer successor(
      outbox_, [](IncidentId) { return nullptr; }, [](const std::string&) { return Links{}; }, [] { return 1; });
  successor.configure({}, draft_);
  EXPECT_EQ(outbox_.depth("hook"), 0U);
  EXPECT_EQ(draft_.deliveries.begin()->second.state, DeliveryState::failed);
  EXPECT_EQ(draft_.deliveries.begin()->second.last_error, "its notifier is not configured any more");
}

TEST_F(DelivererTest, WhatIsUnderWayToANotifierThatIsTakenOutCountsAsHeard) {
  ASSERT_FALSE(take(kStart).empty());
  deliverer_.configure({}, draft_);
  EXPECT_TRUE(outbox_.told(1, "hook").open) << "should the notifier come back, nobody would tell it of the end";
  EXPECT_TRUE(draft_.told.contains({1, "hook"}));
  EXPECT_FALSE(outbox_.told(kIncidents, "hook").open) << "of this one it cannot have heard";
}

TEST_F(DelivererTest, TheWorstIsSentFirst) {
  take(kStart);
  incidents_[kIncidents + 1] = incidents_[1];
  Incident& worst = incidents_[kIncidents + 1];
  worst.id = kIncidents + 1;
  worst.severity = Severity::sev1;
  worst.announced.reset();
  outbox_.announce(
      worst, {{.notifier = "hook", .repeat_interval = std::nullopt}}, Duration{0},
      [](const std::string&, NotificationKind) { return true; }, kStart + 1s, draft_);
  complete(1, answer(200), kStart + 1s);
  ASSERT_EQ(take(kStart + 1s).size(), 1U);
  EXPECT_EQ(outbox_.head(worst.id, "hook").state, DeliveryState::sending);
}

}  // namespace
}  // namespace tocsin
