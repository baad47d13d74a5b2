// What is logged of queries that fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/engine/engine_world.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A second rule beside the first, each asked alone.
class FailureLog : public test::EngineWorld {
 protected:
  FailureLog() {
    add_second_rule();
    begin();
    turns(3);
  }

  std::optional<Response> prometheus(const HttpRequest& request) override {
    if (!answers_) return test::broken(TransportFault::connect, "connection refused");
    if (second_hangs_ && request.body.starts_with("query=y")) {
      return test::broken(TransportFault::timeout, "timed out");
    }
    const bool is_range = request.settings.url.reveal().ends_with("query_range");
    if (!is_range) return EngineWorld::prometheus(request);
    const bool asks_for_presence = request.body.starts_with("query=max");
    if (asks_for_presence && presence_hangs_) return test::broken(TransportFault::timeout, "timed out");
    return page(R"({"resultType":"matrix","result":[]})");
  }

  std::string log_of_turns(int count) {
    testing::internal::CaptureStderr();
    turns(count);
    return testing::internal::GetCapturedStderr();
  }

  bool answers_ = true;
  bool presence_hangs_ = false;
  bool second_hangs_ = false;
};

TEST_F(FailureLog, AnOutageOfPrometheusIsLoggedOnceAndSoIsItsEnd) {
  answers_ = false;
  EXPECT_THAT(log_of_turns(2), HasSubstr("Prometheus does not answer"));
  EXPECT_EQ(log_of_turns(10), "");
  answers_ = true;
  EXPECT_THAT(log_of_turns(1), HasSubstr("Prometheus answers again"));
}

TEST_F(FailureLog, AQueryThatHangsWhileOthersAreAnsweredIsItsRulesFaultAndLoggedOnce) {
  second_hangs_ = true;
  EXPECT_THAT(log_of_turns(3), HasSubstr("rule cannot be evaluated\" rule=Second"));
  EXPECT_EQ(log_of_turns(10), "");
  second_hangs_ = false;
  EXPECT_THAT(log_of_turns(3), HasSubstr("rule is evaluated again"));
}

TEST_F(FailureLog, RangesThatAreAnsweredWhilePresenceHangsAreNoOutageAtEachTick) {
  answers_ = false;
  turns(5);
  answers_ = true;
  presence_hangs_ = true;
  const std::string first = log_of_turns(3);
  EXPECT_THAT(first, HasSubstr("rule cannot be evaluated"));
  EXPECT_EQ(log_of_turns(10), "");
  answers_ = false;
  EXPECT_THAT(log_of_turns(3), HasSubstr("Prometheus does not answer")) << "that is something else";
}

}  // namespace
}  // namespace tocsin
