#include "notifiers/slack_text.h"

#include <fmt/format.h>

#include "notifiers/text.h"
#include "notifiers/url.h"
#include "notifiers/wording.h"

namespace tocsin {
namespace {

constexpr std::size_t kSectionTextMax = 3000;

std::string_view escaped(std::string_view code_point) {
  if (code_point == "&") {
    return "&amp;";
  }
  if (code_point == "<") {
    return "&lt;";
  }
  return code_point == ">" ? "&gt;" : code_point;
}

}  // namespace

std::string slack_escape(std::string_view text, std::size_t code_points_max) {
  return escape_within(text, code_points_max, escaped);
}

Json slack_plain_section(std::string_view text) {
  return {{"type", "section"},
          {"text", {{"type", "plain_text"}, {"text", slack_escape(text, kSectionTextMax)}, {"emoji", false}}}};
}

Json slack_mrkdwn_section(const std::string& mrkdwn) {
  return {{"type", "section"}, {"text", {{"type", "mrkdwn"}, {"text", mrkdwn}}}};
}

std::string slack_time(Timestamp at) {
  return fmt::format("<!date^{}^{{date_short_pretty}} {{time}}|{}>",
                     std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count(), time_words(at));
}

std::string slack_link(const std::string& text, std::string_view url) {
  const std::optional<std::string> link = as_link(url);
  return link ? fmt::format("<{}|{}>", slack_escape(*link, link->size() * 5), text) : text;
}

}  // namespace tocsin
