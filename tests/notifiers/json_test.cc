#include "notifiers/json.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(ParseJson, MakesNothingOfWhatIsNoJson) {
  for (const char* text : {"", "ok", "{", "[1,]", "\"\xff\"", "{\"ok\":1e999}"}) {
    EXPECT_TRUE(parse_json(text).is_discarded()) << text;
  }
  EXPECT_TRUE(true_member(parse_json(R"({"ok":true})"), "ok"));
}

}  // namespace
}  // namespace tocsin
