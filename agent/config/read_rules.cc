#include "agent/config/read_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/base/hash.h"
#include "agent/base/text.h"
#include "agent/config/characters.h"
#include "agent/config/rule_draft.h"
#include "agent/config/toml_pieces.h"

namespace tocsin {
namespace {

Result<std::string> parse_rule_name(std::string_view text) {
  if (std::ranges::find(kOwnIncidents, text) != kOwnIncidents.end()) {
    return fail(fmt::format("tocsin itself opens incidents named {}; choose another name", text));
  }
  if (is_identifier(text, ":-")) return std::string(text);
  return fail(
      fmt::format("{} is no name of a rule; use letters, digits, _, : and -, a letter or _ first, like "
                  "HighErrorRate",
                  quote(text)));
}

void read_name(Table& table, RuleDraft& draft, RuleSet& out) {
  if (!table.require("name", "write a name like \"HighErrorRate\"")) return;
  table.parsed("name", draft.name, parse_rule_name);
  if (!draft.name) return;
  const auto [first, added] = out.names.emplace(draft.name->value, draft.name->place);
  if (added) return;
  const Place& place = first->second;
  table.fault("name", fmt::format("duplicate name: there is a rule {} at {}:{}:{} already; choose another",
                                  draft.name->value, place.file, place.line, place.column));
}

void read_rule(Table& table, RuleDraft draft, const RuleFileContext& context, RuleSet& out) {
  draft.place = table.place();
  read_name(table, draft, out);
  read_rule_keys(table, context, draft);
  if (!table.has("query") && !draft.query) table.require("query", "write a PromQL expression");
  auto rule = std::make_shared<const Rule>(build_rule(draft, context.faults));
  if (draft.query) {
    const Place& place = draft.query_text;
    out.queries.push_back({rule->name, rule->query, place.file, place.line, place.column});
  }
  if (draft.name) out.rules.push_back({std::move(rule), draft.name->place, draft.enabled});
}

void read_defaults(Table& root, const RuleFileContext& context, RuleDraft& draft) {
  root.nested("defaults", [&](Table& table) {
    if (table.string("name")) table.fault("name", "every rule needs a name of its own; give it in [[rule]]");
    read_rule_keys(table, context, draft);
  });
}

}  // namespace

void read_rule_file(const Located<std::string>& file, const RuleFileContext& context, RuleSet& out) {
  const auto text = TomlFile::read(file.value, file.place, context.faults);
  out.complete = out.complete && text;
  if (!text) return;
  out.hash = fnv1a({"\0", 1}, fnv1a(*text, out.hash));
  RuleDraft defaults;
  defaults.interval = context.section.interval;
  defaults.dedup_window = context.section.dedup_window;
  for (const TomlPiece& piece : toml_pieces(*text, "rule")) {
    const auto toml = TomlFile::parse(file.value, std::string(piece.text), context.faults, piece.first_line);
    out.complete = out.complete && toml;
    if (!toml) return;
    Table root(toml->root(), *toml, context.faults);
    read_defaults(root, context, defaults);
    root.each("rule", [&](Table& table) { read_rule(table, defaults, context, out); });
  }
}

}  // namespace tocsin
