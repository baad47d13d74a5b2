#include <fmt/format.h>

#include <algorithm>

#include "agent/base/text.h"
#include "agent/config/characters.h"
#include "agent/config/rule_draft.h"

namespace tocsin {
namespace {

Result<void> check_annotation_name(std::string_view name) {
  if (is_identifier(name)) return {};
  return fail(fmt::format("{} cannot be the name of an annotation; use letters, digits and _, with a letter or _ first",
                          quote(name)));
}

void put(Rule::NamedTemplates& templates, const std::string& name, const Template& value) {
  const auto found = std::ranges::find(templates, name, &Rule::NamedTemplates::value_type::first);
  if (found == templates.end()) {
    templates.emplace_back(name, value);
  } else {
    found->second = value;
  }
}

std::expected<Template, TemplateFault> parse_once(std::string_view text, ParsedTemplates& parsed) {
  if (const auto known = parsed.find(text); known != parsed.end()) return known->second;
  auto fresh = Template::parse(text);
  if (fresh) parsed.emplace(text, *fresh);
  return fresh;
}

void read_map(Table& table, std::string_view key, Result<void> (*check_name)(std::string_view),
              ParsedTemplates& templates, Rule::NamedTemplates& out) {
  for (const Table::Entry& entry : table.entries(key)) {
    const std::string& name = entry.key.value;
    if (const auto valid = check_name(name); !valid) {
      table.fault_at(entry.key.place, key, valid.error().text);
    } else if (const auto parsed = parse_once(entry.value.value, templates)) {
      put(out, name, *parsed);
    } else {
      const TemplateFault& fault = parsed.error();
      const Place place = table.file().inside(entry.value.place, fault.line, fault.column);
      table.fault_at(place, name, fmt::format("in the template at {}:{}: {}", fault.line, fault.column, fault.text));
    }
  }
}

}  // namespace

void read_templates(Table& table, ParsedTemplates& parsed, RuleDraft& draft) {
  read_map(table, "labels", check_label_name, parsed, draft.labels);
  read_map(table, "annotations", check_annotation_name, parsed, draft.annotations);
}

}  // namespace tocsin
