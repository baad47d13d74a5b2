#include "agent/poll/prom_answer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "agent/base/limits.h"

namespace tocsin {
namespace {

using Kind = QueryFault::Kind;
using testing::HasSubstr;
using testing::Not;

Response reply(std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.sent = true;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

Response success(const std::string& type, const std::string& result) {
  return reply(R"({"status":"success","data":{"resultType":")" + type + R"(","result":)" + result + "}}");
}

Response vector_of(const std::string& result) {
  return success("vector", result);
}

Response one_value(const std::string& value) {
  return vector_of(R"([{"metric":{},"value":[1763719200,)" + value + "]}]");
}

Answer instant(const Response& response, bool allow_partial = false) {
  auto answer = parse_instant(response, allow_partial);
  EXPECT_TRUE(answer.has_value()) << answer.error().text;
  return answer.value_or(Answer{});
}

QueryFault fault_of(const Response& response) {
  const auto answer = parse_instant(response, false);
  EXPECT_FALSE(answer.has_value());
  return answer.has_value() ? QueryFault{} : answer.error();
}

void expect_unusable(const Response& response, const std::string& text) {
  const QueryFault fault = fault_of(response);
  EXPECT_EQ(fault.kind, Kind::unusable) << fault.text;
  EXPECT_THAT(fault.text, HasSubstr(text));
}

void expect_unreachable(const Response& response, const std::string& text) {
  const QueryFault fault = fault_of(response);
  EXPECT_EQ(fault.kind, Kind::unreachable) << fault.text;
  EXPECT_THAT(fault.text, HasSubstr(text));
}

double value_of(const std::string& text) {
  const Answer answer = instant(one_value('"' + text + '"'));
  return answer.samples.size() == 1 ? answer.samples[0].value : -12345;
}

TEST(PromAnswer, VectorGivesEverySeriesWithoutItsName) {
  const Answer answer = instant(vector_of(
      R"([{"metric":{"__name__":"up","job":"api","instance":"a:1"},"value":[1763719200.123,"1"]},
          {"metric":{"__name__":"up","job":"api","instance":"b:1"},"value":[1763719200.123,"0"]}])"));
  ASSERT_EQ(answer.samples.size(), 2U);
  EXPECT_EQ(answer.samples[0].labels, (Labels{{"instance", "a:1"}, {"job", "api"}}));
  EXPECT_EQ(answer.samples[0].value, 1);
  EXPECT_EQ(answer.samples[1].labels.get("instance"), "b:1");
  EXPECT_EQ(answer.samples[1].value, 0);
}

TEST(PromAnswer, EmptyVectorHasNoSamples) {
  EXPECT_TRUE(instant(vector_of("[]")).samples.empty());
}

TEST(PromAnswer, ScalarIsOneSeriesWithoutLabels) {
  const Answer answer = instant(success("scalar", R"([1763719200,"42.5"])"));
  ASSERT_EQ(answer.samples.size(), 1U);
  EXPECT_TRUE(answer.samples[0].labels.empty());
  EXPECT_EQ(answer.samples[0].value, 42.5);
}

TEST(PromAnswer, ValuesReadAsGoWritesThem) {
  EXPECT_TRUE(std::isnan(value_of("NaN")));
  EXPECT_EQ(value_of("+Inf"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(value_of("-Inf"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(value_of("1e-07"), 1e-7);
  EXPECT_EQ(value_of("1e+21"), 1e21);
  EXPECT_EQ(value_of("-0.1"), -0.1);
  EXPECT_EQ(value_of("0.30000000000000004"), 0.1 + 0.2);
  EXPECT_TRUE(std::signbit(value_of("-0")));
}

TEST(PromAnswer, WholeNumbersOfAnySizeAreRoundedToTheNearestDouble) {
  EXPECT_EQ(value_of("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(value_of("18446744073709551615"), 0x1p64);
  EXPECT_EQ(value_of("18446744073709551616"), 0x1p64);
  EXPECT_EQ(value_of("36893488147419103233"), 0x1p65);
}

TEST(PromAnswer, ValueThatIsNoNumberIsUnusable) {
  for (const char* value :
       {R"("")", R"("abc")", R"("1x")", R"(" 1")", R"("+-1")", R"("++1")", R"("1e999")", R"("0x10")"}) {
    expect_unusable(one_value(value), "is no number");
  }
}

TEST(PromAnswer, SampleOfAnotherShapeIsUnusable) {
  for (const char* value : {"1", "null", "true", "[]", "{}"}) expect_unusable(one_value(value), "is not [time");
  expect_unusable(vector_of(R"([{"metric":{},"value":[1]}])"), "is not [time");
  expect_unusable(vector_of(R"([{"metric":{},"value":[1,"2","3"]}])"), "is not [time");
  expect_unusable(vector_of(R"([{"metric":{},"value":["1","2"]}])"), "is not [time");
  expect_unusable(vector_of(R"([{"metric":{},"value":"2"}])"), "is not [time");
}

TEST(PromAnswer, TimeOfASampleIsThatOfTheQueryWhateverItSays) {
  EXPECT_EQ(instant(vector_of(R"([{"metric":{},"value":[1e300,"2"]}])")).samples.at(0).value, 2);
}

TEST(PromAnswer, HistogramSampleIsNoNumber) {
  expect_unusable(vector_of(R"([{"metric":{"job":"api"},"histogram":[1,{"count":"42","sum":"3.5"}]}])"),
                  R"(series {job="api"} has no number: it is a native histogram)");
}

TEST(PromAnswer, SeriesWithoutValueIsUnusable) {
  expect_unusable(vector_of(R"([{"metric":{"job":"api"}}])"), R"({job="api"} has no number)");
}

TEST(PromAnswer, StringAndMatrixAreNoInstantAnswer) {
  expect_unusable(success("string", R"([1,"text"])"), "the answer is a string");
  expect_unusable(success("matrix", "[]"), "the answer is a matrix");
}

TEST(PromAnswer, SameLabelsTwiceAreUnusableAndNamed) {
  expect_unusable(vector_of(R"([{"metric":{"__name__":"a","job":"x"},"value":[1,"1"]},
                                {"metric":{"job":"y"},"value":[1,"1"]},
                                {"metric":{"__name__":"b","job":"x"},"value":[1,"1"]}])"),
                  R"(same labels twice: {job="x"})");
}

TEST(PromAnswer, LabelsHaveABoundedSize) {
  const auto series = [](std::size_t bytes) {
    return vector_of(R"([{"metric":{"pod":")" + std::string(bytes, 'x') + R"("},"value":[1,"1"]}])");
  };
  EXPECT_TRUE(parse_instant(series(limits::kSeriesLabelBytesMax - 3), false).has_value());
  expect_unusable(series(limits::kSeriesLabelBytesMax - 2), R"(larger than 16 KiB, up to "pod")");
}

TEST(PromAnswer, EmptyLabelIsTheSameAsNone) {
  expect_unusable(vector_of(R"([{"metric":{"job":""},"value":[1,"1"]},{"metric":{},"value":[1,"1"]}])"),
                  "same labels twice: {}");
}

bool needs_two(std::size_t, const LabelPairs&, double value) {
  return value == 2;
}

TEST(PromAnswer, SeriesThatNobodyNeedsAreLeftOut) {
  const auto answer = parse_instant(vector_of(R"([{"metric":{"a":"x"},"value":[1,"1"]},
                                                  {"metric":{"a":"y"},"value":[1,"2"]},
                                                  {"metric":{"a":"z"},"value":[1,"3"]}])"),
                                    false, needs_two);
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ(answer->samples.size(), 1U);
  EXPECT_EQ(answer->samples.front().labels, (Labels{{"a", "y"}}));
  EXPECT_FALSE(answer->empty());
}

TEST(PromAnswer, AnswerIsNotEmptyWhereAllIsLeftOut) {
  const auto left_out = parse_instant(one_value(R"("1")"), false, needs_two);
  ASSERT_TRUE(left_out.has_value());
  EXPECT_TRUE(left_out->samples.empty());
  EXPECT_FALSE(left_out->empty());
  EXPECT_TRUE(parse_instant(vector_of("[]"), false, needs_two)->empty());
}

TEST(PromAnswer, WhatNobodyNeedsIsCheckedAllTheSame) {
  for (const char* other : {R"({"metric":{"a":"x"},"value":[1,"1"]}])", R"({"metric":{"a":"y"},"value":[1,"one"]}])",
                            R"({"metric":{"a":1},"value":[1,"1"]}])", R"({"metric":{}}])"}) {
    const std::string series = R"([{"metric":{"a":"x"},"value":[1,"1"]},)";
    const auto answer = parse_instant(vector_of(series + other), false, needs_two);
    ASSERT_FALSE(answer.has_value()) << other;
    EXPECT_EQ(answer.error().kind, Kind::unusable);
  }
}

TEST(PromAnswer, OneSeriesAmongThousandsThatComesTwiceIsFound) {
  std::string series;
  for (int index = 0; index < 5000; ++index) {
    series += R"({"metric":{"i":")" + std::to_string(index) + R"("},"value":[1,"1"]},)";
  }
  EXPECT_TRUE(parse_instant(vector_of("[" + series.substr(0, series.size() - 1) + "]"), false, needs_two).has_value());
  const auto twice =
      parse_instant(vector_of("[" + series + R"({"metric":{"i":"17"},"value":[1,"2"]}])"), false, needs_two);
  ASSERT_FALSE(twice.has_value());
  EXPECT_THAT(twice.error().text, HasSubstr(R"(same labels twice: {i="17"})"));
}

TEST(PromAnswer, LabelValuesMayHoldAnyText) {
  const Answer answer = instant(vector_of(R"([{"metric":{"path":"a\nb\u0000\"ü\ud83d\ude00"},"value":[1,"1"]}])"));
  ASSERT_EQ(answer.samples.size(), 1U);
  EXPECT_EQ(answer.samples[0].labels.get("path"), std::string_view("a\nb\0\"ü😀", 11));
}

TEST(PromAnswer, WrongTypesAnywhereAreUnusable) {
  expect_unusable(vector_of("{}"), "not an array");
  expect_unusable(vector_of("null"), "not an array");
  expect_unusable(vector_of("[1]"), "no `metric`");
  expect_unusable(vector_of(R"([{"value":[1,"1"]}])"), "no `metric`");
  expect_unusable(vector_of(R"([{"metric":[],"value":[1,"1"]}])"), "no `metric`");
  expect_unusable(vector_of(R"([{"metric":{"a":1},"value":[1,"1"]}])"), R"(the label "a" of a series is no string)");
  expect_unusable(reply(R"({"status":"success"})"), "no `data`");
  expect_unusable(reply(R"({"status":"success","data":[]})"), "no `data`");
  expect_unusable(reply(R"({"status":"success","data":{"result":[]}})"), "no `resultType`");
  expect_unusable(reply(R"({"status":"success","data":{"resultType":1,"result":[]}})"), "no `resultType`");
  expect_unusable(reply(R"({"status":"success","data":{"resultType":"vector"}})"), "no `result`");
  expect_unusable(success("scalar", "[]"), "is not [time");
}

TEST(PromAnswer, UnknownKeysAndAnyOrderAreFine) {
  const Answer answer = instant(reply(
      R"({"warnings":["w"],"data":{"stats":{"seriesFetched":"1"},"result":[{"values":[],"value":[1,"3"],"metric":{}}],
         "resultType":"vector"},"infos":["i"],"isPartial":false,"status":"success"})"));
  ASSERT_EQ(answer.samples.size(), 1U);
  EXPECT_EQ(answer.samples[0].value, 3);
}

TEST(PromAnswer, PartialAnswerIsAFaultUnlessAllowed) {
  const Response partial = reply(R"({"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}})");
  EXPECT_EQ(fault_of(partial).kind, Kind::partial);
  EXPECT_THAT(fault_of(partial).text, HasSubstr("partial"));
  EXPECT_TRUE(instant(partial, true).samples.empty());
}

TEST(PromAnswer, ErrorEnvelopeIsRejectedWithStatusTypeAndMessage) {
  struct Case {
    int status;
    const char* type;
    const char* text;
  };
  for (const Case& error : {Case{400, "bad_data", "HTTP 400 Bad Request bad_data: boom"},
                            Case{422, "execution", "HTTP 422 Unprocessable Content execution: boom"},
                            Case{499, "canceled", "HTTP 499 canceled: boom"},
                            Case{503, "timeout", "HTTP 503 Service Unavailable timeout: boom"},
                            Case{500, "internal", "HTTP 500 Internal Server Error internal: boom"},
                            Case{503, "unavailable", "HTTP 503 Service Unavailable unavailable: boom"}}) {
    const QueryFault fault = fault_of(
        reply(std::string(R"({"status":"error","errorType":")") + error.type + R"(","error":"boom"})", error.status));
    EXPECT_EQ(fault.kind, Kind::rejected);
    EXPECT_EQ(fault.text, error.text);
  }
}

TEST(PromAnswer, ErrorEnvelopeWithoutReasonIsStillRejected) {
  const QueryFault fault = fault_of(reply(R"({"status":"error","error":[],"data":{}})", 500));
  EXPECT_EQ(fault.kind, Kind::rejected);
  EXPECT_THAT(fault.text, HasSubstr("no reason given"));
}

TEST(PromAnswer, PrometheusStartingIsUnreachable) {
  expect_unreachable(reply("Service Unavailable", 503), "HTTP 503 Service Unavailable: Service Unavailable");
}

TEST(PromAnswer, PagesOfProxiesAreUnreachable) {
  expect_unreachable(reply("<html><h1>Bad Gateway</h1></html>", 502), "HTTP 502 Bad Gateway: an HTML page");
  expect_unreachable(reply("<!doctype html><title>Sign in</title>"), "not the JSON of Prometheus's API: an HTML page");
  expect_unreachable(reply(""), "not the JSON of Prometheus's API");
  expect_unreachable(reply(R"({"message":"ok"})"), "not the JSON of Prometheus's API");
  expect_unreachable(reply("[1,2]"), "not the JSON of Prometheus's API");
  expect_unreachable(reply(R"({"status":"success","data":{"resultType":"vector","result":[]}})", 500), "HTTP 500");
}

TEST(PromAnswer, NotFoundAsksForThePath) {
  expect_unreachable(reply("404 page not found", 404), "is the path of [prometheus] url right?");
}

TEST(PromAnswer, RedirectNamesWhereItPointed) {
  Response response = reply("", 302);
  response.location = "https://login.example.org/";
  expect_unreachable(response, "HTTP 302: redirects are not followed; it points to https://login.example.org/");
}

TEST(PromAnswer, RefusedCredentialsAreNamedAsSuch) {
  expect_unreachable(reply("no org id", 401), "HTTP 401 Unauthorized: no org id; check basic_auth");
  expect_unreachable(reply("", 403), "HTTP 403 Forbidden; check basic_auth");
}

TEST(PromAnswer, TransportFaultsAreUnreachable) {
  Response response;
  response.fault = TransportFault::timeout;
  response.fault_text = "localhost:9090: no reply within 10s";
  expect_unreachable(response, "localhost:9090: no reply within 10s");
}

TEST(PromAnswer, TooLargeAnswerNamesTheLimitAndItsKey) {
  Response response;
  response.status = 200;
  response.fault = TransportFault::too_large;
  response.fault_text = "the reply of localhost:9090 is larger than 32 MiB";
  expect_unusable(response, "32 MiB; ask for fewer series or raise [prometheus] body_limit");
  response.status = 502;
  expect_unreachable(response, "larger than 32 MiB");
}

TEST(PromAnswer, LargeAnswerOfShortPartsIsNotParsed) {
  constexpr int kPartsMax = 4 << 20;
  std::string many = "[0";
  for (int part = 0; part < kPartsMax; ++part) many += ",0";
  expect_unusable(vector_of(many + "]"), "the answer has more than 4194304 names and values; ask for fewer series");
  expect_unreachable(reply(many + "]"), "the reply is not the JSON of Prometheus's API: [0,0,0");
  // Where more bytes are allowed, more parts are.
  expect_unusable(vector_of(many + std::string(std::size_t{32} << 20, ' ') + "]"), "no `metric`");
  many.resize(kPartsMax);
  expect_unusable(vector_of(many + "]"), "no `metric`");
}

TEST(PromAnswer, CutAnswerOfPrometheusIsUnusable) {
  const std::string whole = vector_of(R"([{"metric":{"a":"b"},"value":[1,"1"]}])").body;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto answer = parse_instant(reply(whole.substr(0, size)), false);
    ASSERT_FALSE(answer.has_value()) << size;
  }
  expect_unusable(reply(whole.substr(0, 40)), "cut off");
  expect_unusable(reply(whole + "}"), "cut off");
}

TEST(PromAnswer, InvalidUtf8AndRawControlCharactersAreFaults) {
  expect_unusable(vector_of("[{\"metric\":{\"a\":\"\xff\xfe\"},\"value\":[1,\"1\"]}]"), "no valid JSON");
  expect_unusable(vector_of("[{\"metric\":{\"a\":\"\n\"},\"value\":[1,\"1\"]}]"), "no valid JSON");
  expect_unusable(vector_of(R"([{"metric":{"a":"\ud800"},"value":[1,"1"]}])"), "no valid JSON");
}

TEST(PromAnswer, DeepNestingIsAFault) {
  expect_unusable(vector_of(std::string(100'000, '[')), "no valid JSON");
  expect_unusable(vector_of(std::string(1000, '[') + std::string(1000, ']')), "no valid JSON");
}

TEST(PromAnswer, ErrorTextsAreBoundedAndOfOneLine) {
  const QueryFault fault = fault_of(reply(
      R"({"status":"error","errorType":"bad_data","error":"a\nb\u001b[31m)" + std::string(5000, 'x') + R"("})", 400));
  EXPECT_LE(fault.text.size(), limits::kErrorTextBytesMax);
  EXPECT_THAT(fault.text, HasSubstr("a b [31m"));
  EXPECT_THAT(fault.text, Not(HasSubstr("\x1b")));
}

constexpr Timestamp kStart = from_unix_ms(1'763'719'200'250);

auto range(const std::string& result, Duration length = 30s) {
  return parse_range(success("matrix", result), false, kStart, kStart + length, 15s);
}

QueryFault range_fault(const std::string& result) {
  const auto answers = range(result);
  EXPECT_FALSE(answers.has_value());
  return answers.has_value() ? QueryFault{} : answers.error();
}

TEST(PromRange, EveryStepHasAnAnswerEvenWithoutSeries) {
  const auto answers = range("[]", 44'999ms);
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 3U);
  EXPECT_EQ((*answers)[0].at, kStart);
  EXPECT_EQ((*answers)[2].at, kStart + 30s);
  EXPECT_TRUE((*answers)[1].answer.samples.empty());
}

TEST(PromRange, OneStepIsEnough) {
  const auto answers = range(R"([{"metric":{},"values":[[1763719200.250,"7"]]}])", 0s);
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 1U);
  EXPECT_EQ((*answers)[0].answer.samples.at(0).value, 7);
}

TEST(PromRange, SamplesLandOnTheirStep) {
  const auto answers =
      range(R"([{"metric":{"__name__":"x","a":"1"},"values":[[1763719200.250,"1"],[1763719230.250,"NaN"]]},
                                 {"metric":{"a":"2"},"values":[[1763719215.250,"3"],[1763719230.250,"4"]]}])");
  ASSERT_TRUE(answers.has_value()) << answers.error().text;
  ASSERT_EQ((*answers)[0].answer.samples.size(), 1U);
  EXPECT_EQ((*answers)[0].answer.samples[0].labels, (Labels{{"a", "1"}}));
  ASSERT_EQ((*answers)[1].answer.samples.size(), 1U);
  EXPECT_EQ((*answers)[1].answer.samples[0].value, 3);
  ASSERT_EQ((*answers)[2].answer.samples.size(), 2U);
  EXPECT_TRUE(std::isnan((*answers)[2].answer.samples[0].value));
}

TEST(PromRange, TimeOffTheGridIsUnusable) {
  for (const char* time : {"1763719200.251", "1763719185.250", "1763719245.250", "0", "-1763719200.250"}) {
    const QueryFault fault = range_fault(R"([{"metric":{},"values":[[)" + std::string(time) + R"(,"1"]]}])");
    EXPECT_EQ(fault.kind, Kind::unusable);
    EXPECT_THAT(fault.text, HasSubstr("was not asked for"));
  }
}

TEST(PromRange, TimeThatNoClockShowsIsUnusable) {
  const QueryFault fault = range_fault(R"([{"metric":{},"values":[[1e300,"1"]]}])");
  EXPECT_EQ(fault.kind, Kind::unusable);
  EXPECT_THAT(fault.text, HasSubstr("out of range"));
}

TEST(PromRange, SameLabelsAtOneTimeAreUnusable) {
  const QueryFault fault = range_fault(R"([{"metric":{"__name__":"a","j":"x"},"values":[[1763719200.250,"1"]]},
                                           {"metric":{"__name__":"b","j":"x"},"values":[[1763719200.250,"1"]]}])");
  EXPECT_EQ(fault.kind, Kind::unusable);
  EXPECT_THAT(fault.text, HasSubstr(R"(same labels twice: {j="x"})"));
}

TEST(PromRange, SameLabelsOneAfterTheOtherAreFine) {
  const auto answers = range(R"([{"metric":{"__name__":"a"},"values":[[1763719200.250,"1"]]},
                                 {"metric":{"__name__":"b"},"values":[[1763719215.250,"2"]]}])");
  ASSERT_TRUE(answers.has_value()) << answers.error().text;
  EXPECT_EQ((*answers)[1].answer.samples.at(0).value, 2);
}

TEST(PromRange, LabelsThatWouldBeKeptAtEachOfManyTicksAreBounded) {
  constexpr std::size_t kLabelBytes = 16'000;
  const auto of_ticks = [](std::size_t ticks) {
    std::string points;
    for (std::size_t tick = 0; tick < ticks; ++tick) {
      const Timestamp at = kStart + static_cast<int64_t>(tick) * 15s;
      points += fmt::format("{}[{},\"1\"]", points.empty() ? "" : ",", format_unix_seconds(at));
    }
    const std::string series =
        fmt::format(R"([{{"metric":{{"pod":"{}"}},"values":[{}]}}])", std::string(kLabelBytes, 'x'), points);
    return range(series, static_cast<int64_t>(ticks) * 15s);
  };
  EXPECT_TRUE(of_ticks(limits::kRangeLabelBytesMax / kLabelBytes - 10).has_value());
  const auto more = of_ticks(limits::kRangeLabelBytesMax / kLabelBytes + 10);
  ASSERT_FALSE(more.has_value());
  EXPECT_EQ(more.error().kind, Kind::unusable) << "it is asked for in shorter ranges";
}

TEST(PromRange, HistogramsAreNoNumbers) {
  const QueryFault fault =
      range_fault(R"([{"metric":{},"values":[[1763719200.250,"1"]],"histograms":[[1763719215.250,{}]]}])");
  EXPECT_EQ(fault.kind, Kind::unusable);
  EXPECT_THAT(fault.text, HasSubstr("native histogram"));
}

TEST(PromRange, VectorIsNoRangeAnswer) {
  const auto answers = parse_range(vector_of("[]"), false, kStart, kStart, 15s);
  ASSERT_FALSE(answers.has_value());
  EXPECT_EQ(answers.error().kind, Kind::unusable);
  EXPECT_THAT(answers.error().text, HasSubstr("no matrix"));
}

std::string member_series(const std::string& member, const std::string& labels, const std::string& value) {
  return R"({"metric":{"__tocsin_rule__":")" + member + "\"" + labels + R"(},"value":[1763719200,")" + value + "\"]}";
}

/// What an answer to joined queries has beside the series of its members.
std::string marked(const std::string& series) {
  return "[" + series + (series.empty() ? "" : ",") + member_series("asked", "", "1") + "]";
}

TEST(JoinedAnswer, IsTakenApartByItsLabel) {
  const auto answers = parse_joined(vector_of(marked(member_series("q2", R"(,"a":"x")", "3") + "," +
                                                     member_series("q0", R"(,"a":"x","__name__":"up")", "1") + "," +
                                                     member_series("q2", R"(,"a":"y")", "4"))),
                                    false, 3);
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 3U);
  EXPECT_EQ((*answers)[0]->samples.at(0).labels, (Labels{{"a", "x"}}));
  EXPECT_TRUE((*answers)[1]->samples.empty());
  EXPECT_EQ((*answers)[2]->samples.at(0).labels, (Labels{{"a", "x"}}));
  EXPECT_EQ((*answers)[2]->samples.at(1).value, 4);
}

TEST(JoinedAnswer, EachLeavesOutWhatItDoesNotNeed) {
  const auto only_of_one = [](std::size_t member, const LabelPairs&, double) { return member == 1; };
  const auto answers = parse_joined(
      vector_of(marked(member_series("q0", "", "1") + "," + member_series("q1", "", "1"))), false, 3, only_of_one);
  ASSERT_TRUE(answers.has_value());
  EXPECT_TRUE((*answers)[0]->samples.empty());
  EXPECT_FALSE((*answers)[0]->empty());
  EXPECT_EQ((*answers)[1]->samples.size(), 1U);
  EXPECT_TRUE((*answers)[2]->empty());
}

TEST(JoinedAnswer, TheFaultOfOneIsItsOwn) {
  const std::string twice = member_series("q0", R"(,"__name__":"a")", "1") + "," + member_series("q0", "", "1");
  const auto answers = parse_joined(
      vector_of(marked(twice + "," + member_series("q1", "", "1") + "," + member_series("q2", "", "one"))), false, 3);
  ASSERT_TRUE(answers.has_value());
  EXPECT_THAT((*answers)[0].error().text, HasSubstr("the same labels twice"));
  EXPECT_TRUE((*answers)[1].has_value());
  EXPECT_THAT((*answers)[2].error().text, HasSubstr("is no number"));
}

TEST(JoinedAnswer, WithoutTheMarkItIsTheAnswerToSomethingElse) {
  EXPECT_TRUE(parse_joined(vector_of(marked("")), false, 2).has_value());
  for (const std::string& series : {std::string("[]"), "[" + member_series("q0", "", "1") + "]"}) {
    const auto answers = parse_joined(vector_of(series), false, 2);
    ASSERT_FALSE(answers.has_value()) << series;
    EXPECT_EQ(answers.error().kind, Kind::unusable);
  }
}

TEST(JoinedAnswer, ASeriesOfNoneOfThemMakesItUnusable) {
  for (const char* member : {"", "q2", "q-1", "q1x", "q", "1", "xq1x", "q1q1q1", "taken"}) {
    const auto answers = parse_joined(vector_of(marked(member_series(member, "", "1"))), false, 2);
    ASSERT_FALSE(answers.has_value()) << member;
    EXPECT_EQ(answers.error().kind, Kind::unusable);
  }
  const std::string of_two = member_series("q0", R"(,"__tocsin_rule__":"q1")", "1");
  EXPECT_FALSE(parse_joined(vector_of(marked(of_two)), false, 2).has_value());
  EXPECT_FALSE(parse_joined(success("scalar", R"([1763719200,"1"])"), false, 2).has_value());
}

}  // namespace
}  // namespace tocsin
