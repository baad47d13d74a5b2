#include "agent/outbox/outbox.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{std::chrono::hours{500'000}};

/// One open incident whose receiver wants to be reminded every ten minutes.
class Reminders : public testing::Test {
 protected:
  Reminders() {
    incident_.id = 1;
    outbox_.announce(incident_, {{.notifier = "hook", .repeat_interval = 10min}}, Duration{0}, kWanted, kStart, draft_);
    deliver(outbox_, kStart);
  }

  /// Whether a reminder was queued at `at`; it is delivered then, too.
  bool reminded(Outbox& outbox, Duration after) {
    const Outbox::Wants wants = [this](const std::string&, NotificationKind) { return wanted_; };
    outbox.remind([this](IncidentId) { return &incident_; }, wants, kStart + after, draft_);
    if (outbox.depth("hook") == 0) return false;
    EXPECT_EQ(outbox.head(1, "hook").kind, NotificationKind::reminder);
    deliver(outbox, kStart + after);
    return true;
  }
  void deliver(Outbox& outbox, Timestamp at) {
    Outbox::Ended ended;
    outbox.start(1, "hook", at, draft_);
    const Outbox::Try accepted{.state = DeliveryState::delivered, .error = "", .not_before = at, .maybe_seen = false};
    outbox.finish(1, "hook", accepted, false, at, draft_, ended);
  }

  inline static const Outbox::Wants kWanted = [](const std::string&, NotificationKind) { return true; };
  bool wanted_ = true;
  Incident incident_;
  Draft draft_;
  Outbox outbox_;
};

TEST_F(Reminders, ComeOnceInEachInterval) {
  EXPECT_FALSE(reminded(outbox_, 9min));
  EXPECT_TRUE(reminded(outbox_, 10min));
  EXPECT_FALSE(reminded(outbox_, 19min));
  EXPECT_TRUE(reminded(outbox_, 20min));
}

TEST_F(Reminders, CountFromTheLastWordThatWasDelivered) {
  incident_.severity = Severity::sev1;
  outbox_.announce(incident_, {{.notifier = "hook", .repeat_interval = 10min}}, Duration{0}, kWanted, kStart + 5min,
                   draft_);
  deliver(outbox_, kStart + 8min);
  EXPECT_FALSE(reminded(outbox_, 17min));
  EXPECT_TRUE(reminded(outbox_, 18min));
}

TEST_F(Reminders, GoOnAfterARestart) {
  Outbox again;
  again.restore({}, {outbox_.told(1, "hook")}, 100, kStart);
  EXPECT_FALSE(reminded(again, 9min));
  EXPECT_TRUE(reminded(again, 10min));
}

TEST_F(Reminders, ThatNobodyWantedAreAskedForAnIntervalLater) {
  wanted_ = false;
  EXPECT_FALSE(reminded(outbox_, 10min));
  wanted_ = true;
  EXPECT_FALSE(reminded(outbox_, 19min));
  EXPECT_TRUE(reminded(outbox_, 20min));
}

TEST_F(Reminders, OfOneIncidentDoNotWaitForThoseOfAnother) {
  Incident second;
  second.id = 2;
  outbox_.announce(second, {{.notifier = "other", .repeat_interval = 1h}}, Duration{0}, kWanted, kStart + 1min, draft_);
  EXPECT_TRUE(reminded(outbox_, 10min));
}

TEST_F(Reminders, DoNotComeLaterWhereTheClockIsSetBack) {
  outbox_.set_back(1h, draft_);
  EXPECT_FALSE(reminded(outbox_, 9min - 1h));
  EXPECT_TRUE(reminded(outbox_, 10min - 1h));
}

TEST_F(Reminders, RetriesDoNotComeLaterWhereTheClockIsSetBack) {
  outbox_.remind([this](IncidentId) { return &incident_; }, kWanted, kStart + 10min, draft_);
  outbox_.start(1, "hook", kStart + 10min, draft_);
  Outbox::Ended ended;
  const Outbox::Try refused{.state = DeliveryState::pending, .error = "no", .not_before = kStart + 11min};
  outbox_.finish(1, "hook", refused, false, kStart + 10min, draft_, ended);
  outbox_.set_back(1h, draft_);
  EXPECT_EQ(outbox_.lane("hook").next_due(), kStart + 11min - 1h);
  EXPECT_EQ(draft_.deliveries.rbegin()->second.not_before, kStart + 11min - 1h);
}

/// One word that was tried once, and what makes of it an outbox that was restored with it.
class Waiting : public testing::Test {
 protected:
  Waiting() {
    word_.id = 7;
    word_.incident = 1;
    word_.notifier = "hook";
    word_.at = kStart - 1h;
    word_.waits_since = kStart;
    word_.attempts = 1;
  }

  Delivery word_;
  Draft draft_;
  Outbox outbox_;
};

TEST_F(Waiting, GoesOnAfterARestart) {
  outbox_.restore({word_}, {}, 100, kStart + 20h);
  EXPECT_EQ(outbox_.oldest("hook"), kStart);
}

TEST_F(Waiting, BeginsNoLaterThanARestart) {
  word_.waits_since = kStart + 1000h;
  outbox_.restore({word_}, {}, 100, kStart);
  EXPECT_EQ(outbox_.oldest("hook"), kStart) << "a clock that was years ahead must not let it be tried for years";
}

TEST_F(Waiting, KeepsItsLengthWhereTheClockIsSet) {
  outbox_.restore({word_}, {}, 100, kStart + 1h);
  outbox_.set_back(3h, draft_);
  EXPECT_EQ(outbox_.oldest("hook"), kStart - 3h);
  outbox_.set_forward(5h, kStart + 3h, draft_);
  EXPECT_EQ(outbox_.oldest("hook"), kStart + 2h);
  EXPECT_EQ(draft_.deliveries.at(7).waits_since, kStart + 2h) << "also after the next restart";
}

}  // namespace
}  // namespace tocsin
