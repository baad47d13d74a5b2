// What a wall clock that is set, and a machine that sleeps, mean to who waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/agent/engine/engine_world.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

/// A webhook that refuses every connection, and a heartbeat.
class ClockSet : public test::EngineWorld {
 protected:
  ClockSet() {
    config_.heartbeat.emplace();
    config_.heartbeat->http.url = Secret("http://heartbeat.example.org");
    config_.heartbeat->interval = 10s;
    begin();
    value_ = 1;
    turns(3);
  }

  std::optional<Response> hook() override {
    return hook_refuses_ ? test::broken(TransportFault::connect, "refused") : test::answer(200, "");
  }

  std::ptrdiff_t pings() const {
    return std::ranges::count_if(transport_.asked, [](const Outgoing& one) {
      return std::get<HttpRequest>(one).settings.url.reveal().starts_with("http://heartbeat");
    });
  }

  std::optional<Response> prometheus(const HttpRequest& request) override {
    if (!prometheus_answers_) return test::broken(TransportFault::connect, "connection refused");
    return EngineWorld::prometheus(request);
  }

  bool hook_refuses_ = true;
  bool prometheus_answers_ = true;
};

TEST_F(ClockSet, ForwardGivesNothingUpThatWasTriedForAMoment) {
  ASSERT_THAT(store_.deliveries, SizeIs(1));
  ASSERT_EQ(store_.deliveries[1].state, DeliveryState::pending);
  clock_.set(30h);
  turns(1);
  EXPECT_NE(store_.deliveries[1].state, DeliveryState::failed) << store_.deliveries[1].last_error;
  hook_refuses_ = false;
  turns(10);
  EXPECT_EQ(store_.deliveries[1].state, DeliveryState::delivered);
}

TEST_F(ClockSet, BackWhileNobodyLookedGivesNothingUpHoweverOftenItIsBegunAnew) {
  turns(10);
  ASSERT_TRUE(store_.alive_at);
  const int attempts = store_.deliveries[1].attempts;
  clock_.set(-30h);
  for (int start = 0; start < 3; ++start) {
    store_.keep_for_next_start();
    begin();
  }
  turns(60);
  EXPECT_NE(store_.deliveries[1].state, DeliveryState::failed) << store_.deliveries[1].last_error;
  EXPECT_GT(store_.deliveries[1].attempts, attempts);
}

TEST_F(ClockSet, ForwardDoesNotMakeAnOutageLong) {
  prometheus_answers_ = false;
  turns(3);
  clock_.set(1h);
  turns(3);
  EXPECT_EQ(std::ranges::count(store_.timeline, "opened"), 1) << "that of the rule, and no TocsinBlind yet";
  turns(120);
  EXPECT_EQ(std::ranges::count(store_.timeline, "opened"), 2);
}

TEST_F(ClockSet, BackDoesNotLetTheHeartbeatVouchForAReceiverThatTakesNothing) {
  clock_.set(-1h);
  turns(30);
  const std::ptrdiff_t before = pings();
  turns(30);
  EXPECT_EQ(pings(), before);
  hook_refuses_ = false;
  turns(60);
  EXPECT_GT(pings(), before);
}

/// A Prometheus with a clock of its own, of which the series tells the time by which it is asked.
class ClocksApart : public test::EngineWorld {
 protected:
  ClocksApart() {
    begin();
    value_ = 1;
    turns(3);
  }

  std::optional<Response> prometheus(const HttpRequest& request) override {
    const bool is_range = request.settings.url.reveal().ends_with("query_range");
    if (jumps_) set_ += 1h;
    const Timestamp its_time = clock_.now() - set_;
    const std::size_t time = request.body.find("&time=");
    if (!is_range && time == std::string::npos && !tells_time_) return test::answer(503, "");
    if (time != std::string::npos) asked_at_ = std::stoll(request.body.substr(time + 6)) * 1s;
    Response response =
        is_range ? page(R"({"resultType":"matrix","result":[]})")
        : time == std::string::npos
            ? page(fmt::format(R"({{"resultType":"scalar","result":[1,"{}"]}})", format_unix_seconds(its_time)))
            : *EngineWorld::prometheus(request);
    response.date = its_time;
    return response;
  }

  void set(Duration by) {
    set_ += by;
    clock_.set(by);
  }

  Duration set_{0};  // of the agent alone
  bool jumps_ = false;
  bool tells_time_ = true;
  Duration asked_at_{0};
};

TEST_F(ClocksApart, QueriesGoByThatOfPrometheus) {
  for (const Duration by : {Duration{1h}, Duration{-3h}, Duration{2h}}) {
    set(by);
    turns(4);
    const Timestamp real = clock_.now() - set_;
    EXPECT_LE(std::chrono::abs(real.time_since_epoch() - asked_at_), 2s);
  }
  EXPECT_THAT(told_, SizeIs(1)) << "nothing has changed";
}

TEST_F(ClocksApart, NothingIsReadAgainOfATimeThatNeverWas) {
  set(1h);
  turns(4);
  const std::size_t asked = transport_.asked.size();
  turns(3);
  for (std::size_t index = asked; index < transport_.asked.size(); ++index) {
    const auto& request = std::get<HttpRequest>(transport_.asked[index]);
    EXPECT_FALSE(request.settings.url.reveal().ends_with("query_range"));
  }
}

TEST_F(ClocksApart, HistoryIsPrunedByThatOfPrometheus) {
  const Timestamp real = clock_.now();
  set(24h * 365 * 5);
  turns(70);
  ASSERT_TRUE(store_.pruned_before);
  EXPECT_GT(*store_.pruned_before, real - config_.store.retention);
  EXPECT_LE(*store_.pruned_before, clock_.now() - set_ - config_.store.retention);
}

TEST_F(ClocksApart, NothingIsPrunedBeforePrometheusHasSaidWhatTimeItIs) {
  const auto before = store_.pruned_before;
  ASSERT_TRUE(before);
  tells_time_ = false;
  set(24h * 365 * 5);
  turns(2);
  EXPECT_EQ(store_.pruned_before, before);
}

TEST_F(ClocksApart, AServerWhoseClockJumpsIsNotAskedWithoutEnd) {
  jumps_ = true;
  const std::size_t asked = transport_.asked.size();
  clock_.advance(1s);
  for (int turn = 0; turn < 50; ++turn) engine_->turn(Duration{0});
  EXPECT_GE(transport_.asked.size() - asked, 3U);
  EXPECT_LE(transport_.asked.size() - asked, 8U) << "one tick three times, and what time it is";
}

}  // namespace
}  // namespace tocsin
