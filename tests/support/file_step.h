// FileStep: what is done to a file, and what a power cut leaves of it while it is not synced: all, nothing, or any of
// its sectors of 512 bytes (https://www.sqlite.org/atomiccommit.html, "Hardware Assumptions").
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace tocsin::test {

using FileContent = std::optional<std::string>;  // nullopt: there is no such file

struct FileStep {
  enum class Kind { write, truncate, remove, sync };
  Kind kind;
  int64_t offset = 0;
  std::string bytes{};

  void apply_to(FileContent& content) const;
  /// As much of it as a power cut leaves; whether that is all.
  bool apply_in_part(FileContent& content, std::mt19937& chance) const;
};

}  // namespace tocsin::test
