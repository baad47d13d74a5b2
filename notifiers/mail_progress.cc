#include "notifiers/mail_progress.h"

#include <algorithm>

#include "notifiers/json.h"

namespace tocsin {
namespace {

std::map<std::string, std::string> text_members(const Json& json, std::string_view name) {
  std::map<std::string, std::string> members;
  const auto found = json.find(name);
  if (found == json.end() || !found->is_object()) {
    return members;
  }
  for (const auto& [key, value] : found->items()) {
    if (value.is_string()) {
      members[key] = value.get<std::string>();
    }
  }
  return members;
}

}  // namespace

MailProgress MailProgress::parse(const std::string& text, int64_t delivery) {
  MailProgress progress{.delivery = delivery, .accepted = {}, .refused = {}, .later = {}};
  const Json json = parse_json(text);
  if (!json.is_object() || string_member(json, "delivery") != std::to_string(delivery)) {
    return progress;
  }
  for (const auto& [address, answer] : text_members(json, "accepted")) {
    progress.accepted.insert(address);
  }
  progress.refused = text_members(json, "refused");
  progress.later = text_members(json, "later");
  return progress;
}

std::string MailProgress::text() const {
  Json json{{"delivery", std::to_string(delivery)}};
  for (const std::string& address : accepted) {
    json["accepted"][address] = "";
  }
  for (const auto& [address, answer] : refused) {
    json["refused"][address] = answer;
  }
  for (const auto& [address, answer] : later) {
    json["later"][address] = answer;
  }
  return json_text(json);
}

std::optional<std::string> MailProgress::next(const std::vector<std::string>& recipients) const {
  const auto is_waiting = [this](const std::string& address) {
    return !accepted.contains(address) && !refused.contains(address) && !later.contains(address);
  };
  const auto found = std::ranges::find_if(recipients, is_waiting);
  return found == recipients.end() ? std::nullopt : std::optional<std::string>(*found);
}

}  // namespace tocsin
