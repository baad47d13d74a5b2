// Bounds of a template, so that no text, however odd, costs more than a moment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::templates {

inline constexpr std::size_t kSourceBytesMax = 64ULL << 10;  // a template's own text
inline constexpr std::size_t kTextBytesMax = 64ULL << 10;    // what it renders to, and each string on the way there
inline constexpr int kNestingMax = 100;                      // parentheses, pipeline stages and ifs inside each other
inline constexpr int64_t kRegexBytesMax = 1 << 20;           // RE2's memory for one compiled expression

}  // namespace tocsin::templates
