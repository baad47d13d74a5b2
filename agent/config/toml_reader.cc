#include "agent/config/toml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "agent/base/nearest.h"
#include "agent/base/text.h"

namespace tocsin {
namespace {

std::string_view type_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a float";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

template <class Items>
void sort_by_place(Items& items) {
  std::ranges::sort(items, {}, [](const auto& item) { return std::tuple(item.key.place.line, item.key.place.column); });
}

}  // namespace

Table::Table(const toml::table& table, const TomlFile& file, FaultList& faults)
    : table_(table), file_(file), faults_(faults), place_(file.place(table.source())) {}

Table::~Table() {
  if (unknown_keys_matter_) report_unknown_keys();
}

void Table::report_unknown_keys() const {
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& [key, value] : table_) {
    if (asked_.contains(key.str())) continue;
    faults_.add(file_.place(key.source()),
                fmt::format("unknown key `{}`; {}", key.str(), suggestion(key.str(), known)));
  }
}

const toml::node* Table::find(std::string_view key) {
  asked_.emplace(key);
  return table_.get(key);
}

bool Table::has(std::string_view key) {
  return find(key) != nullptr;
}

Place Table::place_of(std::string_view key) const {
  const toml::node* node = table_.get(key);
  return node == nullptr ? place_ : place_of(*node);
}

void Table::fault(std::string_view key, std::string_view text) {
  fault_at(place_of(key), key, text);
}

void Table::fault_at(const Place& place, std::string_view key, std::string_view text) {
  faults_.add(place, fmt::format("`{}`: {}", key, text));
}

bool Table::require(std::string_view key, std::string_view remedy) {
  if (has(key)) return true;
  faults_.add(place_, fmt::format("`{}` is missing; {}", key, remedy));
  return false;
}

void Table::wrong_type(std::string_view key, const toml::node& node, std::string_view expected) {
  fault_at(place_of(node), key, fmt::format("this is {}; write {}", type_text(node), expected));
}

std::optional<Located<std::string>> Table::string(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) return Located<std::string>{text->get(), place_of(*node)};
  wrong_type(key, *node, "a string in quotes");
  return std::nullopt;
}

void Table::string(std::string_view key, std::string& out) {
  if (auto text = string(key)) out = std::move(text->value);
}

void Table::boolean(std::string_view key, bool& out) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto* value = node->as_boolean()) {
    out = value->get();
  } else {
    wrong_type(key, *node, "true or false");
  }
}

void Table::integer(std::string_view key, int& out, int least, int most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* value = node->as_integer();
  if (value == nullptr) return wrong_type(key, *node, fmt::format("a whole number from {} to {}", least, most));
  if (value->get() < least || value->get() > most) {
    return fault(key, fmt::format("{} is out of range; write a number from {} to {}", value->get(), least, most));
  }
  out = static_cast<int>(value->get());
}

bool Table::at_least(std::string_view key, const Place& place, Duration value, Duration least) {
  if (value >= least) return true;
  fault_at(place, key,
           fmt::format("{} is too short; write at least {}", format_duration(value), format_duration(least)));
  return false;
}

void Table::duration(std::string_view key, Duration& out, Duration least) {
  std::optional<Located<Duration>> value;
  duration(key, value);
  if (value && at_least(key, value->place, value->value, least)) out = value->value;
}

void Table::duration(std::string_view key, std::optional<Located<Duration>>& out) {
  const toml::node* node = find(key);
  if (node != nullptr && !node->is_string())
    return wrong_type(key, *node, "a duration in quotes, like \"15s\" or \"5m\"");
  parsed(key, out, parse_duration);
}

std::vector<Located<std::string>> Table::strings(std::string_view key) {
  std::vector<Located<std::string>> items;
  const toml::node* node = find(key);
  if (node == nullptr) return items;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    wrong_type(key, *node, "an array of strings, like [\"a\", \"b\"]");
    return items;
  }
  for (const toml::node& item : *array) {
    if (const auto* text = item.as_string()) {
      items.push_back({text->get(), place_of(item)});
    } else {
      wrong_type(key, item, "a string in quotes");
    }
  }
  return items;
}

void Table::nested(std::string_view key, const std::function<void(Table&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) return wrong_type(key, *node, fmt::format("a table: [{}] or {{ ... }}", key));
  Table reader(*table, file_, faults_);
  read(reader);
}

void Table::each(std::string_view key, const std::function<void(Table&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const std::string expected = fmt::format("tables: [[{}]]", key);
  const toml::array* array = node->as_array();
  if (array == nullptr) return wrong_type(key, *node, expected);
  for (const toml::node& item : *array) {
    const toml::table* table = item.as_table();
    if (table == nullptr) {
      wrong_type(key, item, expected);
      continue;
    }
    Table reader(*table, file_, faults_);
    read(reader);
  }
}

void Table::each_named(std::string_view key, const std::function<void(const Located<std::string>&, Table&)>& read) {
  struct Item {
    Located<std::string> key;
    const toml::table* table;
  };
  nested(key, [&](Table& outer) {
    outer.ignore_unknown_keys();
    std::vector<Item> items;
    for (const auto& [name, node] : outer.table_) {
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        outer.wrong_type(name.str(), node, fmt::format("a table: [{}.{}]", key, name.str()));
      } else {
        items.push_back({{std::string(name.str()), file_.place(name.source())}, table});
      }
    }
    sort_by_place(items);
    for (const Item& item : items) {
      Table reader(*item.table, file_, faults_);
      read(item.key, reader);
    }
  });
}

std::vector<Table::Entry> Table::entries(std::string_view key) {
  std::vector<Entry> entries;
  nested(key, [&](Table& outer) {
    outer.ignore_unknown_keys();
    for (const auto& [name, node] : outer.table_) {
      if (auto value = outer.string(name.str())) {
        entries.push_back({{std::string(name.str()), file_.place(name.source())}, std::move(*value)});
      }
    }
  });
  sort_by_place(entries);
  return entries;
}

std::string Table::unknown_word(std::string_view word, const std::vector<std::string>& known) {
  return fmt::format("{} is not known here; write one of \"{}\"", quote(word), fmt::join(known, "\", \""));
}

}  // namespace tocsin
