// sim_config: a configuration drawn from the seed: rules with all that can be set differently, and those who are told.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "agent/config/config.h"

namespace tocsin::sim {

/// More incidents than any rule of the simulation has keys.
inline constexpr std::size_t kUnlimited = 100;

/// Of each mail.
inline constexpr std::array<std::string_view, 2> kMailRecipients = {"first@example.org", "second@example.org"};

/// `version`: 0 at the beginning; each reload reads the next one. They differ in the last rule, which comes, changes
/// and goes, in a receiver more, in where the others are, and in some worlds in who is told of one rule.
std::shared_ptr<const Config> make_config(uint64_t seed, std::string store_path, uint64_t version);

/// A configuration, and since when it was in force, in real time.
struct Version {
  Timestamp from;
  std::shared_ptr<const Config> config;
};

/// The first rules, which are the same in every version.
uint64_t rules_that_stay(uint64_t seed);

/// Who is to be told of a rule's incidents, and how often they are reminded.
using Listeners = std::map<std::string, std::optional<Duration>>;
Listeners listeners(const Config& config, const std::string& rule);
/// How often the webhook is reminded of them; nullopt: never.
std::optional<Duration> hook_reminded_every(const Config& config, const std::string& rule);

}  // namespace tocsin::sim
