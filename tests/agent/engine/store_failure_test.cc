// What the engine does while its store cannot be written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>

#include "tests/agent/engine/engine_world.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class StoreFailure : public test::EngineWorld {
 protected:
  StoreFailure() {
    begin();
    turns(3);
  }

  /// Asks as the HTTP port does, from another thread.
  Result<void> act(Action::Kind kind) {
    auto reply = std::async(std::launch::async, [this, kind] {
      return inbox_.act({.kind = kind, .incident = 1, .by = "ann", .text = "looking"});
    });
    while (reply.wait_for(1ms) != std::future_status::ready) engine_->turn(0ms);
    return reply.get();
  }
};

TEST_F(StoreFailure, AnOpeningAtSev1IsToldAtOnceAndMarked) {
  store_.fails = true;
  value_ = 20;
  turns(5);
  EXPECT_THAT(told_, ElementsAre(HasSubstr("[not recorded] x is high")));
  EXPECT_THAT(store_.deliveries, IsEmpty());
}

TEST_F(StoreFailure, WhatWasToldIsRecordedAsToldOnceTheStoreWorksAndNotToldAgain) {
  store_.fails = true;
  value_ = 20;
  turns(5);
  store_.fails = false;
  turns(10);
  EXPECT_THAT(told_, SizeIs(1));
  ASSERT_THAT(store_.deliveries, SizeIs(1));
  EXPECT_EQ(store_.deliveries.begin()->second.state, DeliveryState::delivered);
  EXPECT_THAT(store_.timeline, ElementsAre("opened", "notification"));
}

TEST_F(StoreFailure, AMilderOpeningWaitsForTheStoreAndIsThenToldWithoutTheMark) {
  store_.fails = true;
  value_ = 1;
  turns(5);
  EXPECT_THAT(told_, IsEmpty());
  store_.fails = false;
  turns(5);
  EXPECT_THAT(told_, ElementsAre(HasSubstr(R"("x is high")")));
}

TEST_F(StoreFailure, ARiseToSev1IsToldAndTheResolveWaits) {
  value_ = 1;
  turns(3);
  ASSERT_THAT(told_, SizeIs(1));
  store_.fails = true;
  value_ = 20;
  turns(3);
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_THAT(told_.back(), HasSubstr("[not recorded]"));
  value_ = 0;
  turns(3);
  EXPECT_THAT(told_, SizeIs(2));
  store_.fails = false;
  turns(5);
  ASSERT_THAT(told_, SizeIs(3));
  EXPECT_THAT(told_.back(), HasSubstr(R"("status":"resolved")"));
}

TEST_F(StoreFailure, AnActionIsRefusedAndNotDone) {
  value_ = 1;
  turns(3);
  store_.fails = true;
  value_ = 2;
  turns(3);
  const Result<void> refused = act(Action::Kind::note);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().text, HasSubstr("nothing is done"));
  store_.fails = false;
  turns(3);
  EXPECT_THAT(store_.timeline, Not(Contains("note")));
  EXPECT_TRUE(act(Action::Kind::note));
}

TEST_F(StoreFailure, TheActionWhoseCommitFailsSaysThatItIsKept) {
  value_ = 1;
  turns(3);
  store_.fails = true;
  const Result<void> kept = act(Action::Kind::note);
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().text, HasSubstr("do not repeat it"));
  store_.fails = false;
  turns(3);
  EXPECT_EQ(std::ranges::count(store_.timeline, "note"), 1);
}

}  // namespace
}  // namespace tocsin
