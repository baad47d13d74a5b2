#include "tests/support/file_step.h"

#include <algorithm>
#include <string_view>

namespace tocsin::test {
namespace {

constexpr std::size_t kSectorBytes = 512;

bool flip(std::mt19937& chance) {
  return (chance() & 1U) != 0;
}

void write(std::string& content, std::size_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  bytes.copy(content.data() + offset, bytes.size());
}

/// Whether all of them are there.
bool write_sectors(const FileStep& step, std::mt19937& chance, std::string& content) {
  const std::string_view bytes = step.bytes;
  bool all = true;
  const auto offset = static_cast<std::size_t>(step.offset);
  for (std::size_t at = 0, end = 0; at < bytes.size(); at = end) {
    end = at + kSectorBytes - (offset + at) % kSectorBytes;
    if (flip(chance)) {
      write(content, offset + at, bytes.substr(at, end - at));
    } else {
      all = false;
    }
  }
  return all;
}

}  // namespace

void FileStep::apply_to(FileContent& content) const {
  if (kind == Kind::sync) return;
  if (kind == Kind::remove) return content.reset();
  if (!content) content.emplace();
  if (kind == Kind::truncate) return content->resize(static_cast<std::size_t>(offset));
  write(*content, static_cast<std::size_t>(offset), bytes);
}

bool FileStep::apply_in_part(FileContent& content, std::mt19937& chance) const {
  const bool is_torn = kind == Kind::write && flip(chance);
  if (is_torn) {
    if (!content) content.emplace();
    return write_sectors(*this, chance, *content);
  }
  const bool survives = flip(chance);
  if (survives) apply_to(content);
  return survives;
}

}  // namespace tocsin::test
