#include "agent/outbox/conversation.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

const Timestamp kStart = from_unix_ms(1'000'000'000'000);
constexpr Duration kWindow = 5min;

Word word(NotificationKind kind, Timestamp at, Severity severity = Severity::sev2) {
  return {.kind = kind, .severity = severity, .previous_severity = std::nullopt, .at = at};
}

/// The other side takes the head.
void deliver(Conversation& talk) {
  heard(talk.told, talk.waiting.front().kind);
  talk.waiting.erase(talk.waiting.begin());
}

/// `held` `pending` ... of each row, as one word each.
std::string states(const Conversation& talk) {
  std::string text;
  for (const Delivery& delivery : talk.waiting) {
    text += std::string(text.empty() ? "" : " ") + std::string(kind_text(delivery.kind)) + ":" +
            std::string(delivery_state_text(delivery.state));
  }
  return text;
}

TEST(Conversation, AnUntoldOpeningAndItsResolveCollapse) {
  Conversation talk;
  add_opening(talk, word(NotificationKind::open, kStart), kWindow);
  add(talk, word(NotificationKind::resolve, kStart + 1min));
  settle_resolved(talk);
  EXPECT_EQ(states(talk), "open:collapsed resolve:collapsed");
}

TEST(Conversation, AnOpeningThatMayHaveBeenSeenIsNotSentAgainButItsResolveIs) {
  Conversation talk;
  add_opening(talk, word(NotificationKind::open, kStart), kWindow);
  talk.waiting.front().maybe_seen = true;
  add(talk, word(NotificationKind::resolve, kStart + 1min));
  settle_resolved(talk);
  EXPECT_EQ(states(talk), "open:collapsed resolve:pending");
}

TEST(Conversation, AnOpeningUnderWayIsWaitedFor) {
  Conversation talk;
  add_opening(talk, word(NotificationKind::open, kStart), kWindow);
  talk.waiting.front().state = DeliveryState::sending;
  add(talk, word(NotificationKind::resolve, kStart + 1min));
  settle_resolved(talk);
  EXPECT_EQ(states(talk), "open:sending resolve:pending");
}

TEST(Conversation, AResolveUnderWaySaysItForTheReopeningThatIsOverAgain) {
  Conversation talk;
  add_opening(talk, word(NotificationKind::open, kStart), kWindow);
  deliver(talk);
  add(talk, word(NotificationKind::resolve, kStart + 1min));
  talk.waiting.front().state = DeliveryState::sending;
  add_opening(talk, word(NotificationKind::open, kStart + 2min), kWindow);
  add(talk, word(NotificationKind::resolve, kStart + 3min));
  settle_resolved(talk);
  EXPECT_EQ(states(talk), "resolve:sending open:collapsed resolve:collapsed");
}

TEST(Conversation, ASecondOpeningInTheWindowIsHeldUntilItsEnd) {
  Conversation talk;
  add_opening(talk, word(NotificationKind::open, kStart), kWindow);
  deliver(talk);
  add(talk, word(NotificationKind::resolve, kStart + 1min));
  deliver(talk);
  add_opening(talk, word(NotificationKind::open, kStart + 2min), kWindow);
  EXPECT_EQ(states(talk), "open:held");
  EXPECT_EQ(talk.waiting.front().not_before, kStart + kWindow);
  add(talk, word(NotificationKind::resolve, kStart + 3min));
  settle_resolved(talk);
  EXPECT_EQ(states(talk), "open:collapsed resolve:collapsed") << "the last word said resolved, and it is";
}

TEST(Conversation, ARiseOfSeverityIsNeverHeldBack) {
  Conversation talk;
  talk.told.opening_at = kStart;
  add_opening(talk, word(NotificationKind::open, kStart + 2min, Severity::sev3), kWindow);
  ASSERT_EQ(states(talk), "open:held");
  add_escalation(talk, word(NotificationKind::escalate, kStart + 3min, Severity::sev1));
  EXPECT_EQ(states(talk), "open:pending");
  EXPECT_EQ(talk.waiting.front().severity, Severity::sev1);
  EXPECT_EQ(talk.waiting.front().not_before, kStart + 3min);
  EXPECT_EQ(talk.told.opening_at, kStart + 3min) << "told now, so the window begins now";
}

TEST(Conversation, AResolveThatWasTriedStaysBeforeAHeldOpening) {
  Conversation talk;
  talk.told.open = true;
  talk.told.opening_at = kStart;
  add(talk, word(NotificationKind::resolve, kStart + 1min));
  add_opening(talk, word(NotificationKind::open, kStart + 2min), kWindow);
  add(talk, word(NotificationKind::resolve, kStart + 3min));
  settle_resolved(talk);
  EXPECT_EQ(states(talk), "resolve:pending open:collapsed resolve:collapsed");
}

TEST(Conversation, AFallTakesBackAnUntoldRise) {
  Conversation talk;
  talk.told.open = true;
  Word rise = word(NotificationKind::escalate, kStart, Severity::sev1);
  rise.previous_severity = Severity::sev3;
  add_escalation(talk, rise);
  take_back_escalation(talk, Severity::sev3);
  EXPECT_EQ(states(talk), "escalate:collapsed");
}

/// An opening that was refused for good, and what waits behind it.
Conversation refused(std::initializer_list<NotificationKind> waiting) {
  Conversation talk;
  add_opening(talk, word(NotificationKind::open, kStart), kWindow);
  talk.waiting.front().state = DeliveryState::failed;
  for (const NotificationKind kind : waiting) add(talk, word(kind, kStart + 1min, Severity::sev1));
  begin_anew(talk);
  talk.waiting.erase(talk.waiting.begin());
  return talk;
}

TEST(Conversation, ARiseBehindAnOpeningThatWasGivenUpIsTheOpening) {
  using enum NotificationKind;
  const Conversation talk = refused({acknowledge, escalate, acknowledge, resolve});
  EXPECT_EQ(states(talk), "acknowledge:collapsed open:pending acknowledge:pending resolve:pending");
  EXPECT_EQ(talk.waiting[1].severity, Severity::sev1);
}

TEST(Conversation, NothingGoesOnWithAnOpeningThatWasGivenUp) {
  using enum NotificationKind;
  EXPECT_EQ(states(refused({deescalate, resolve, open, resolve, past})),
            "deescalate:collapsed resolve:collapsed open:pending resolve:pending past:pending");
}

TEST(Conversation, WhatWasDeliveredInThisTurnIsNotCollapsed) {
  Conversation talk;
  add_opening(talk, word(NotificationKind::open, kStart), kWindow);
  talk.waiting.front().state = DeliveryState::delivered;
  heard(talk.told, NotificationKind::open);
  add(talk, word(NotificationKind::resolve, kStart + 1min));
  settle_resolved(talk);
  EXPECT_EQ(states(talk), "open:delivered resolve:pending");
}

}  // namespace
}  // namespace tocsin
