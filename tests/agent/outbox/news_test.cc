#include "agent/outbox/news.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = NotificationKind;

Incident incident(IncidentState state, Severity severity = Severity::sev3, int flaps = 0) {
  Incident made;
  made.state = state;
  made.severity = severity;
  made.flaps = flaps;
  return made;
}

TEST(News, AFreshIncidentIsAnOpening) {
  EXPECT_THAT(news(incident(IncidentState::open)), ElementsAre(Kind::open));
}

TEST(News, OneThatEndedBeforeAnybodyWasToldIsPast) {
  EXPECT_THAT(news(incident(IncidentState::resolved)), ElementsAre(Kind::past));
}

TEST(News, NothingIsNewRightAfterAnnouncing) {
  for (const IncidentState state : {IncidentState::open, IncidentState::acknowledged, IncidentState::resolved}) {
    Incident one = incident(state);
    one.announced = announcement(one);
    EXPECT_THAT(news(one), IsEmpty());
  }
}

TEST(News, SeverityMovesBothWays) {
  Incident one = incident(IncidentState::open, Severity::sev3);
  one.announced = announcement(one);
  one.severity = Severity::sev1;
  EXPECT_THAT(news(one), ElementsAre(Kind::escalate));
  one.announced = announcement(one);
  one.severity = Severity::sev2;
  EXPECT_THAT(news(one), ElementsAre(Kind::deescalate));
}

TEST(News, AFlapBetweenTwoAnnouncementsOfAnEndedIncidentIsPast) {
  Incident one = incident(IncidentState::resolved);
  one.announced = announcement(one);
  one.flaps = 1;
  EXPECT_THAT(news(one), ElementsAre(Kind::past));
}

TEST(News, AnIncidentThatWasReadAgainAsResolvedIsAResolve) {
  Incident one = incident(IncidentState::open);
  one.announced = announcement(one);
  one.state = IncidentState::resolved;
  EXPECT_THAT(news(one), ElementsAre(Kind::resolve));
}

}  // namespace
}  // namespace tocsin
