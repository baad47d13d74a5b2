// Ticks that are read again, from a Prometheus that does not answer all that is asked for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ranges>

#include "tests/agent/engine/engine_world.h"

namespace tocsin {
namespace {

using testing::HasSubstr;

constexpr const char* kNothing = R"({"resultType":"matrix","result":[]})";

/// After an outage, the one rule has something to read again.
class Ranges : public test::EngineWorld {
 protected:
  Ranges() {
    begin();
    turns(3);
    answers_ = false;
    turns(3);
    answers_ = true;
    value_ = 5;
  }

  std::optional<Response> prometheus(const HttpRequest& request) override {
    if (!answers_) return test::broken(TransportFault::connect, "connection refused");
    if (refuses_) {
      Response refusal = test::answer(422, R"({"status":"error","errorType":"execution","error":"too many samples"})");
      refusal.content_type = "application/json";
      return refusal;
    }
    const bool is_range = request.settings.url.reveal().ends_with("query_range");
    if (!is_range) return EngineWorld::prometheus(request);
    ++ranges_;
    return request.body.starts_with("query=max") ? presence_ : range_;
  }

  bool answers_ = true;
  bool refuses_ = false;
  int ranges_ = 0;
  Response range_ = page(kNothing);
  Response presence_ = page(kNothing);
};

TEST_F(Ranges, ThatAServerDoesNotKnowAreGivenUpOnceItHasAnsweredTheQueryForAWhile) {
  range_ = test::answer(404, "no such page");
  turns(2);
  EXPECT_TRUE(told_.empty()) << "they may be answered yet";
  turns(3);
  EXPECT_EQ(told_.size(), 1U);
  const int asked = ranges_;
  turns(3);
  EXPECT_EQ(ranges_, asked) << "it has caught up";
}

TEST_F(Ranges, AreWaitedForWhileNothingIsAnswered) {
  answers_ = false;
  turns(20);
  answers_ = true;
  turns(2);
  const auto range = std::ranges::find_if(transport_.asked | std::views::reverse, [](const Outgoing& one) {
    const auto& request = std::get<HttpRequest>(one);
    return request.settings.url.reveal().ends_with("query_range") && request.body.starts_with("query=x");
  });
  const std::string& body = std::get<HttpRequest>(*range).body;
  EXPECT_THAT(body, testing::MatchesRegex(".*start=1800003603.*end=180000362.*")) << "all of it at once";
}

TEST_F(Ranges, AreReadWithoutAPresenceThatIsRefused) {
  presence_ = test::answer(400, R"({"status":"error","errorType":"bad_data","error":"unknown"})");
  presence_.content_type = "application/json";
  turns(8);
  EXPECT_EQ(told_.size(), 1U);
}

TEST_F(Ranges, AreReadWithoutAPresenceThatIsNeverAnswered) {
  presence_ = test::answer(500, "cannot do that");
  turns(2);
  EXPECT_TRUE(told_.empty());
  turns(6);
  EXPECT_EQ(told_.size(), 1U);
}

/// Of an agent that dies, its successor reads what has failed since the last tick that Prometheus refused.
TEST_F(Ranges, DoNotReachBackToWhatWasRefused) {
  turns(2);
  refuses_ = true;
  turns(3);
  const Timestamp refused = clock_.now();
  answers_ = false;
  turns(2);
  ASSERT_TRUE(store_.rules.contains("Graded"));
  EXPECT_TRUE(store_.rules["Graded"].behind);
  EXPECT_GE(store_.rules["Graded"].last_tick, refused - Duration{1000});
}

}  // namespace
}  // namespace tocsin
