// The power goes at any moment: what commit() had returned for is there afterwards, and no half of anything else.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/store/sqlite_store.h"
#include "tests/agent/store/recording_vfs.h"
#include "tests/agent/store/records.h"

namespace tocsin {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the builders of this folder

/// What the disk was asked to do while openings were committed one after the other.
struct Recording {
  RecordingVfs disk;
  std::size_t begun = 0;               // the store was there
  std::vector<std::size_t> committed;  // when each commit returned
};

std::unique_ptr<Recording> record(const std::string& path, IncidentId count, std::size_t text_bytes) {
  auto recording = std::make_unique<Recording>();
  auto store = SqliteStore::open(path);
  EXPECT_TRUE(store) << store.error().text;
  recording->begun = recording->disk.now();
  for (IncidentId id = 1; id <= count; ++id) {
    EXPECT_TRUE((*store)->commit(opening(id, text_bytes)));
    recording->committed.push_back(recording->disk.now());
  }
  store->reset();
  recording->disk.stop();
  return recording;
}

void expect_all_that_was_committed(const Recording& recording, std::size_t moment, std::mt19937& chance) {
  const TemporaryFolder folder;
  recording.disk.cut_power(moment, chance, std::filesystem::path(folder.file()).parent_path());
  auto store = SqliteStore::open(folder.file());
  ASSERT_TRUE(store) << store.error().text;
  const auto stored = (*store)->load(from_unix_ms(0));
  ASSERT_TRUE(stored) << stored.error().text;
  const auto committed = std::ranges::count_if(recording.committed, [&](std::size_t at) { return at <= moment; });
  // One more may have been on its way, and have got there.
  EXPECT_GE(std::ssize(stored->incidents), committed);
  EXPECT_LE(std::ssize(stored->incidents), committed + 1);
  EXPECT_EQ(stored->deliveries.size(), stored->incidents.size());
  if (!stored->incidents.empty()) {
    EXPECT_EQ(stored->alive_at, from_unix_ms(std::ssize(stored->incidents)));
  }
}

TEST(PowerLoss, AtAnyMomentLosesNothingThatWasCommitted) {
  const TemporaryFolder folder;
  const auto recording = record(folder.file(), 12, 10);
  std::mt19937 chance(1);
  for (std::size_t moment = 0; moment <= recording->disk.now(); ++moment) {
    SCOPED_TRACE(fmt::format("after {} of {} steps", moment, recording->disk.now()));
    expect_all_that_was_committed(*recording, moment, chance);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(PowerLoss, WhileTheLogIsCopiedIntoTheDatabaseLosesNothing) {
  const TemporaryFolder folder;
  const auto recording = record(folder.file(), 100, 100'000);  // twice as much as the log holds before it is copied
  std::mt19937 chance(2);
  for (int cut = 0; cut < 60; ++cut) {
    const std::size_t moment = recording->begun + chance() % (recording->disk.now() - recording->begun);
    SCOPED_TRACE(fmt::format("after {} of {} steps", moment, recording->disk.now()));
    expect_all_that_was_committed(*recording, moment, chance);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace tocsin
