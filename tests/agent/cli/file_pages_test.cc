#include "agent/cli/file_pages.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <string>
#include <string_view>

namespace tocsin {
namespace {

/// How much of SQLite's code is resident.
int64_t resident_kib() {
  std::ifstream maps("/proc/self/smaps");
  bool is_code = false;
  for (std::string line; std::getline(maps, line);) {
    constexpr std::string_view kRss = "Rss:";
    if (line.contains('/')) is_code = line.contains("libsqlite3") && line.contains(" r-xp ");
    if (is_code && line.starts_with(kRss)) return std::stoll(line.substr(kRss.size()));
  }
  return 0;
}

TEST(FilePages, AreGivenBackAndComeBack) {
  const std::string version = sqlite3_libversion();
  ASSERT_GT(resident_kib(), 0);
  release_file_pages();
  EXPECT_EQ(resident_kib(), 0);
  EXPECT_EQ(sqlite3_libversion(), version);
}

}  // namespace
}  // namespace tocsin
