#include "agent/config/toml_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "agent/config/toml.h"
#include "tests/agent/config/config_folder.h"

namespace tocsin {
namespace {

using testing::HasSubstr;

constexpr int kMany = 3000;

std::string rule(int number, const std::string& more = "") {
  return "[[rule]]\nname = \"Rule" + std::to_string(number) + "\"\nquery = 'up'\nthreshold = '< 1'\n" + more;
}

std::string many_rules() {
  std::string text;
  for (int number = 0; number < kMany; ++number) text += rule(number);
  return text;
}

std::size_t pieces_of(const std::string& text) {
  return toml_pieces(text, "rule").size();
}

TEST(TomlPieces, HoldTheWholeFileInItsOrder) {
  const std::string text = "[defaults]\nfor = '1m'\n" + many_rules();
  std::string joined;
  std::size_t rules = 0;
  const std::vector<TomlPiece> pieces = toml_pieces(text, "rule");
  ASSERT_GT(pieces.size(), 2U);
  for (const TomlPiece& piece : pieces) {
    EXPECT_EQ(piece.first_line, 1 + std::ranges::count(joined, '\n'));
    joined += piece.text;
    const toml::table root = toml::parse(piece.text);
    if (const toml::array* array = root["rule"].as_array()) rules += array->size();
  }
  EXPECT_EQ(joined, text);
  EXPECT_EQ(rules, static_cast<std::size_t>(kMany));
}

TEST(TomlPieces, AreOneForASmallFile) {
  EXPECT_EQ(pieces_of(rule(1) + rule(2)), 1U);
  EXPECT_EQ(pieces_of(""), 1U);
}

TEST(TomlPieces, NeverCutAString) {
  const std::string quoted = "labels = { note = '''\n" + std::string(70'000, '\n') + many_rules() + "''' }\n";
  EXPECT_EQ(pieces_of(many_rules() + rule(kMany, quoted)), 1U);
}

TEST(TomlPieces, DoNotTakeWhatTheWholeWouldRefuse) {
  EXPECT_EQ(pieces_of("[defaults]\n" + many_rules() + "[defaults]\n"), 1U);
  EXPECT_EQ(pieces_of("rule = [{ name = 'A' }]\n" + many_rules()), 1U);
  EXPECT_EQ(pieces_of(many_rules() + "this is no TOML\n"), 1U);
}

TEST(TomlPieces, KeepThePlaceOfAFault) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", "prometheus.url = 'http://localhost:9090'\nrules.files = ['rules.toml']\n");
  folder.write("rules.toml", "[defaults]\nseverity = 'SEV2'\n" + many_rules() +
                                 rule(kMany, "annotations.summary = 'ok {{ nonsense }}'\nfro = '1m'\n") + rule(7));
  const std::string said = complaints(folder.load());
  const int last = 3 + 4 * kMany;
  const auto at = [&](int line, int column) {
    return folder.path("rules.toml") + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
  };
  EXPECT_THAT(said, HasSubstr(at(last + 4, 30) + "`summary`: in the template at 1:7"));
  EXPECT_THAT(said, HasSubstr(at(last + 5, 1) + "unknown key `fro`"));
  EXPECT_THAT(said, HasSubstr(at(last + 7, 8) + "`name`: duplicate name: there is a rule Rule7 at " +
                              at(32, 8).substr(0, at(32, 8).size() - 2)));
}

TEST(TomlPieces, GiveTheRulesThatTheWholeGives) {
  const ConfigFolder folder;
  folder.write("tocsin.toml", "prometheus.url = 'http://localhost:9090'\nrules.files = ['rules.toml']\n");
  folder.write("rules.toml", "[defaults]\nfor = '7m'\nannotations.summary = 'down'\n" + many_rules());
  const LoadedConfig loaded = folder.load();
  ASSERT_NE(loaded.config, nullptr) << complaints(loaded);
  ASSERT_EQ(loaded.config->rules.size(), static_cast<std::size_t>(kMany));
  for (int number = 0; number < kMany; ++number) {
    const Rule& rule = *loaded.config->rules[static_cast<std::size_t>(number)];
    ASSERT_EQ(rule.name, "Rule" + std::to_string(number));
    ASSERT_EQ(rule.for_duration, 7min);
    ASSERT_EQ(rule.annotations.at(0).second.source(), "down");
  }
}

}  // namespace
}  // namespace tocsin
