// Records with every field set, comparisons of every field, and a folder that goes away with its test.
#pragma once

#include <filesystem>
#include <string>

#include "agent/store/store.h"

namespace tocsin::test {

/// Every field differs from its default, and from that of another `id`.
Incident full_incident(IncidentId id);
TimelineEntry full_timeline_entry(IncidentId incident);
Delivery full_delivery(int64_t id, IncidentId incident);
Told full_told(IncidentId incident);
SeriesRecord full_series(const std::string& rule, const std::string& instance);

/// An incident with so long a text, and its delivery.
Change opening(IncidentId id, std::size_t text_bytes);

/// As `full_incident`, resolved at `resolved_at`.
Incident resolved_incident(IncidentId id, Timestamp resolved_at);

void expect_same(const Incident& actual, const Incident& expected);
void expect_same(const TimelineEntry& actual, const TimelineEntry& expected);
void expect_same(const Delivery& actual, const Delivery& expected);
void expect_same(const Told& actual, const Told& expected);
void expect_same(const SeriesRecord& actual, const SeriesRecord& expected);

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name = "tocsin.db") const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string read_bytes(const std::string& path);
void write_bytes(const std::string& path, const std::string& bytes);

}  // namespace tocsin::test
