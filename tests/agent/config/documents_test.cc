// The examples of the documents load as they stand there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/agent/config/config_folder.h"

namespace tocsin {
namespace {

std::string document(const std::string& name) {
  std::ifstream file(std::filesystem::path(TOCSIN_SOURCE_DIR) / "docs" / name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> toml_blocks(const std::string& text) {
  const std::string open = "```toml\n", close = "\n```";
  std::vector<std::string> blocks;
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    at += open.size();
    blocks.push_back(text.substr(at, text.find(close, at) - at + 1));
  }
  return blocks;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class Documents : public testing::Test {
 protected:
  Documents() {
    for (const char* name : {"p", "pd", "smtp", "tocsin-token"})
      folder_.write(std::string("secrets/") + name, "secret\n");
    folder_.write("secrets/slack", "https://hooks.example.org/services/T/B/X\n");
    folder_.write("rules/a.toml", "[[rule]]\nname = 'A'\nquery = 'up == 0'\n");
  }
  std::string complaints_about(const std::string& config) {
    folder_.write("tocsin.toml", replaced(config, "/run/secrets/", folder_.path("secrets/")));
    return complaints(folder_.load());
  }

  ConfigFolder folder_;
};

TEST_F(Documents, TheExampleConfigurationsLoad) {
  const std::vector<std::string> configurations = toml_blocks(document("configuration.md"));
  ASSERT_EQ(configurations.size(), 2U);
  for (const std::string& config : configurations) EXPECT_EQ(complaints_about(config), "") << config;
}

TEST_F(Documents, TheExampleRulesLoad) {
  const std::vector<std::string> examples = toml_blocks(document("rules.md"));
  ASSERT_EQ(examples.size(), 2U);
  folder_.write("rules/a.toml", examples[0]);
  folder_.write("rules/b.toml", "[[rule]]\nname = 'Graded'\nquery = 'x'\n" + examples[1]);
  EXPECT_EQ(complaints_about(toml_blocks(document("configuration.md"))[0]), "");
}

}  // namespace
}  // namespace tocsin
