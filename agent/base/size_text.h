// Sizes for people.
#pragma once

#include <cstddef>
#include <string>

namespace tocsin {

/// "32 MiB", "64 KiB", "1000 bytes".
inline std::string size_text(std::size_t bytes) {
  constexpr std::size_t kKibibyte = 1024;
  constexpr std::size_t kMebibyte = kKibibyte * kKibibyte;
  if (bytes > 0 && bytes % kMebibyte == 0) return std::to_string(bytes / kMebibyte) + " MiB";
  if (bytes > 0 && bytes % kKibibyte == 0) return std::to_string(bytes / kKibibyte) + " KiB";
  return std::to_string(bytes) + " bytes";
}

}  // namespace tocsin
