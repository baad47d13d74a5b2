// The rule files: found by glob, read, checked against each other.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/read_sections.h"
#include "rules/rule.h"

namespace tocsin {

/// Rules of tocsin's own: no rule of a file may be called like one, and routes may name them.
inline constexpr std::array<std::string_view, 3> kOwnIncidents = {"TocsinBlind", "TocsinRuleFailing",
                                                                  "TocsinTooManyIncidents"};

/// A rule with the place of its name, for the checks that follow; disabled rules too.
struct LocatedRule {
  std::shared_ptr<const Rule> rule;
  Place place;
  bool enabled = true;
};

/// Templates by their text: most rules of a file differ in little, and equal texts are parsed and kept once.
using ParsedTemplates = std::map<std::string, Template, std::less<>>;

/// What all rule files together hold.
struct RuleSet {
  std::vector<LocatedRule> rules;  // in the order of files and their text
  std::vector<QueryPlace> queries;
  std::map<std::string, Place> names;
  uint64_t hash = 0;     // of the texts of all files, tocsin.toml's first
  bool complete = true;  // every file could be parsed: what is not in `names` does not exist
};

/// What every rule file is read with.
struct RuleFileContext {
  const RulesSection& section;
  const std::vector<std::string>& notifier_names;
  FaultList& faults;
  ParsedTemplates& templates;
};

/// The files that the globs name, each once, in the order of the globs; globs are relative to `config_file`. A glob
/// that names no file is a fault.
std::vector<Located<std::string>> rule_files(const std::string& config_file,
                                             const std::vector<Located<std::string>>& globs, FaultList& faults);

void read_rule_file(const Located<std::string>& file, const RuleFileContext& context, RuleSet& out);

}  // namespace tocsin
