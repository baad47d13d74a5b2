// What the engine does while its store cannot be written.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/engine.h"
#include "tests/agent/cli/scripted_transport.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class HandClock final : public Clock {
 public:
  Timestamp now() const override { return start_ + passed_; }
  Instant steady() const override { return Instant{passed_}; }
  void advance(Duration by) { passed_ += by; }

 private:
  Timestamp start_ = from_unix_ms(1'800'000'000'000);
  Duration passed_{1h};
};

/// Keeps what was committed, while it works.
class FailingStore final : public Store {
 public:
  Result<Stored> load(Timestamp /*resolved_since*/) override { return Stored{}; }
  Result<std::size_t> prune(Timestamp /*before*/, std::size_t /*incidents_max*/) override { return 0; }
  Result<void> commit(const Change& change) override {
    if (fails) return fail("the disk is full", ErrorCode::unavailable);
    for (const Delivery& delivery : change.deliveries) deliveries[delivery.id] = delivery;
    for (const TimelineEntry& entry : change.timeline) timeline.push_back(entry.type);
    return {};
  }

  bool fails = false;
  std::map<int64_t, Delivery> deliveries;
  std::vector<std::string> timeline;
};

/// "> 0" is SEV3, "> 10" is SEV1.
std::shared_ptr<const Rule> graded_rule() {
  Rule rule;
  rule.name = "Graded";
  rule.query = "x";
  rule.interval = 1s;
  rule.dedup_window = 0s;
  rule.grades = {{Severity::sev3, *parse_threshold("> 0")}, {Severity::sev1, *parse_threshold("> 10")}};
  rule.annotations = {{"summary", *Template::parse("x is high")}};
  return std::make_shared<const Rule>(std::move(rule));
}

std::shared_ptr<const Config> config() {
  auto config = std::make_shared<Config>();
  config->prometheus.http.url = Secret("http://prometheus.example.org");
  NotifierSettings hook;
  hook.name = "hook";
  WebhookSettings webhook;
  webhook.http.url = Secret("http://hook.example.org");
  hook.type = webhook;
  config->notifiers = {hook};
  config->routes = {{.matchers = {}, .notify = {"hook"}, .continues = false, .repeat_interval = std::nullopt}};
  config->rules = {graded_rule()};
  return config;
}

class StoreFailure : public ::testing::Test {
 protected:
  StoreFailure() {
    EXPECT_TRUE(engine_.start());
    turns(3);
  }

  std::optional<Response> reply(const Outgoing& outgoing) {
    const auto& request = std::get<HttpRequest>(outgoing);
    if (request.settings.url.reveal().starts_with("http://hook")) {
      told_.push_back(request.body);
      return testing::answer(200, "");
    }
    const std::string sample = fmt::format(R"({{"metric":{{"pod":"a"}},"value":[1800000000,"{}"]}})", value_);
    Response response = testing::answer(
        200, fmt::format(R"({{"status":"success","data":{{"resultType":"vector","result":[{}]}}}})", sample));
    response.content_type = "application/json";
    return response;
  }

  void turns(int count) {
    for (int turn = 0; turn < count; ++turn) {
      clock_.advance(1s);
      engine_.turn(0ms);  // asks,
      engine_.turn(0ms);  // and takes the answer before the next tick
    }
  }

  /// Asks as the HTTP port does, from another thread.
  Result<void> act(Action::Kind kind) {
    auto reply = std::async(std::launch::async, [this, kind] {
      return inbox_.act({.kind = kind, .incident = 1, .by = "ann", .text = "looking"});
    });
    while (reply.wait_for(1ms) != std::future_status::ready) engine_.turn(0ms);
    return reply.get();
  }

  HandClock clock_;
  FailingStore store_;
  testing::ScriptedTransport transport_{[this](const Outgoing& outgoing) { return reply(outgoing); }};
  Inbox inbox_{transport_, 1min};
  Engine engine_{{.clock = clock_, .transport = transport_, .store = store_, .inbox = inbox_, .read_config = {}},
                 config()};
  int value_ = 0;
  std::vector<std::string> told_;
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
