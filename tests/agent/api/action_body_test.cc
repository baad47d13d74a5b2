#include "agent/api/action_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

using testing::HasSubstr;

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(ActionBody, IsWhoAndWhat) {
  const Result<ActionBody> body = parse_action_body(R"({"by":"Ana Ü","text":"on it\n\tnow","unknown":[1]})");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->by, "Ana Ü");
  EXPECT_EQ(body->text, "on it\n\tnow");
}

TEST(ActionBody, WithoutNameIsTheApi) {
  for (const char* text : {"", "{}", R"({"by":""})", R"({"by":null,"text":null})"}) {
    const Result<ActionBody> body = parse_action_body(text);
    ASSERT_TRUE(body) << text;
    EXPECT_EQ(body->by, "api");
    EXPECT_EQ(body->text, "");
  }
}

TEST(ActionBody, RefusesWhatIsNoObjectOfStrings) {
  for (const char* text :
       {"x", "[]", "\"by\"", "1", "null", "{", R"({"by":1})", R"({"text":{}})", "{}{}", R"({"by":"a"},)"}) {
    EXPECT_FALSE(parse_action_body(text)) << text;
  }
  EXPECT_THAT(parse_action_body("{]").error().text, HasSubstr("byte 2"));
}

TEST(ActionBody, RefusesInvalidUtf8AndControlCharacters) {
  for (const char* text : {"{\"by\":\"\xff\"}", R"({"by":"\ud800"})", R"({"by":"a\nb"})", R"({"by":"a\u0000b"})",
                           R"({"text":"\u001b[2J"})", R"({"text":"\u0085"})"}) {
    EXPECT_FALSE(parse_action_body(text)) << text;
  }
}

TEST(ActionBody, CountsCharactersNotBytes) {
  EXPECT_TRUE(parse_action_body("{\"by\":\"" + repeat("ü", 200) + "\"}"));
  EXPECT_FALSE(parse_action_body("{\"by\":\"" + repeat("ü", 201) + "\"}"));
  EXPECT_TRUE(parse_action_body("{\"text\":\"" + repeat("€", 4000) + "\"}"));
  EXPECT_THAT(parse_action_body("{\"text\":\"" + repeat("€", 4001) + "\"}").error().text, HasSubstr("4000"));
}

TEST(ActionBody, RefusesANumberThatNoDoubleHolds) {
  const auto body = parse_action_body(R"({"by":1e999})");
  ASSERT_FALSE(body.has_value());
  EXPECT_NE(body.error().text.find("too large"), std::string::npos) << body.error().text;
}

TEST(ActionBody, SurvivesDeepNesting) {
  EXPECT_FALSE(parse_action_body(repeat("[", 60'000)));
  EXPECT_FALSE(parse_action_body(repeat("{\"a\":", 10'000)));
  EXPECT_TRUE(parse_action_body("{\"a\":" + repeat("[", 30'000) + repeat("]", 30'000) + "}"));
}

}  // namespace
}  // namespace tocsin
