#include "notifiers/slack_digest.h"

#include <fmt/format.h>

#include "notifiers/slack_text.h"
#include "notifiers/text.h"
#include "notifiers/wording.h"

namespace tocsin {
namespace {

// 50 blocks are allowed, and a message is cut at 40,000 characters: 12 sections keep well inside of both.
constexpr std::size_t kSectionsMax = 12;
constexpr std::size_t kSectionTextMax = 2900;

/// Fills sections line by line; a section never holds part of a line.
class Sections {
 public:
  bool add(const std::string& line) {
    const std::string escaped = slack_escape(line, kSectionTextMax);
    const std::size_t size = code_points(escaped) + 1;
    if (size_ + size > kSectionTextMax) {
      flush();
    }
    if (blocks_.size() == kSectionsMax) {
      return false;
    }
    text_ += (text_.empty() ? "" : "\n") + line;
    size_ += size;
    return true;
  }

  Json finish(std::size_t left_out) {
    flush();
    if (left_out > 0) {
      blocks_.push_back(slack_plain_section(fmt::format("... and {} more", left_out)));
    }
    return std::move(blocks_);
  }

 private:
  void flush() {
    if (!text_.empty()) {
      blocks_.push_back(slack_plain_section(text_));
    }
    text_.clear();
    size_ = 0;
  }

  Json blocks_ = Json::array();
  std::string text_;
  std::size_t size_ = 0;  // in code points, escaped
};

}  // namespace

Json slack_digest_blocks(const std::vector<IncidentSnapshot>& digest) {
  Sections sections;
  std::size_t named = 0;
  bool room = true;
  for (const DigestGroup& group : digest_groups(digest)) {
    room = room && sections.add(fmt::format("{} ({})", clean_line(group.severity), group.lines.size()));
    for (const std::string& line : group.lines) {
      room = room && sections.add(line);
      named += room ? 1 : 0;
    }
  }
  return sections.finish(digest.size() - named);
}

}  // namespace tocsin
