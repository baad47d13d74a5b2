// Every fault that `tocsin check` can find, as its user reads it: tests/golden/check holds a folder per case with the
// files and the expected text. TOCSIN_UPDATE_GOLDEN=1 writes the text anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "agent/config/load.h"

namespace tocsin {
namespace {

const std::filesystem::path kCases = std::filesystem::path(TOCSIN_SOURCE_DIR) / "tests/golden/check";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kCases))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string without(std::string text, const std::string& part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part)) text.erase(at, part.size());
  return text;
}

class CheckGolden : public testing::TestWithParam<std::string> {};

TEST_P(CheckGolden, SaysWhatIsWrongAndWhatWouldBeRight) {
  const std::filesystem::path folder = kCases / GetParam();
  const LoadedConfig loaded = load_config((folder / "tocsin.toml").string());
  std::string faults;
  for (const Fault& fault : loaded.faults) faults += without(fault.str(), folder.string() + "/") + "\n";
  EXPECT_EQ(loaded.config == nullptr, !loaded.faults.empty());
  EXPECT_EQ(faults.find("hunter"), std::string::npos) << "a fault shows a secret";
  if (std::getenv("TOCSIN_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(folder / "expected.txt") << faults;
  }
  ASSERT_TRUE(std::filesystem::exists(folder / "expected.txt"));
  EXPECT_EQ(faults, read(folder / "expected.txt"));
}

INSTANTIATE_TEST_SUITE_P(Cases, CheckGolden, testing::ValuesIn(case_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace tocsin
