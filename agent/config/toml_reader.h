// Table: reads the settings of one TOML table, each in one line, and collects every fault.
//
// A setting that is not there leaves `out` as it is, so that its default is what `out` held before; a setting that
// cannot be read is a fault and leaves `out` alone too. A key that nobody asked for by the time the Table goes out of
// scope is a fault that suggests the nearest key that somebody did ask for. One thread.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/toml_file.h"

namespace tocsin {

class Table {
 public:
  /// REQUIRES: `file` and `faults` outlive this. `table` belongs to `file`.
  Table(const toml::table& table, const TomlFile& file, FaultList& faults);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  bool has(std::string_view key);
  /// Of the value of `key`, or of the whole table where it is missing.
  Place place_of(std::string_view key) const;
  const Place& place() const { return place_; }
  const TomlFile& file() const { return file_; }
  FaultList& faults() { return faults_; }
  /// A fault of the value of `key`: "`key`: text".
  void fault(std::string_view key, std::string_view text);
  void fault_at(const Place& place, std::string_view key, std::string_view text);
  /// Faults where `key` is missing; `remedy` says what to write.
  bool require(std::string_view key, std::string_view remedy);
  /// Accepts whatever stands there: for tables whose kind is not known, so that not each of their keys is a fault.
  void ignore_unknown_keys() { unknown_keys_matter_ = false; }

  std::optional<Located<std::string>> string(std::string_view key);
  void string(std::string_view key, std::string& out);
  void boolean(std::string_view key, bool& out);
  void integer(std::string_view key, int& out, int least, int most);
  void duration(std::string_view key, Duration& out, Duration least = Duration{0});
  void duration(std::string_view key, std::optional<Located<Duration>>& out);
  std::vector<Located<std::string>> strings(std::string_view key);

  /// A string that `parse`, a Result<T>(std::string_view), turns into a T.
  template <class T, class Parse>
  void parsed(std::string_view key, std::optional<Located<T>>& out, Parse parse);
  template <class T, class Parse>
  void parsed(std::string_view key, T& out, Parse parse);
  /// One of a few words.
  template <class T>
  void choice(std::string_view key, T& out, std::initializer_list<std::pair<std::string_view, T>> words);

  /// Calls `read` with the table at `key`, if it is there.
  void nested(std::string_view key, const std::function<void(Table&)>& read);
  /// For each table of the array of tables at `key`.
  void each(std::string_view key, const std::function<void(Table&)>& read);
  /// For each entry of the table at `key` that is a table, in the order of the file.
  void each_named(std::string_view key, const std::function<void(const Located<std::string>&, Table&)>& read);

  struct Entry {
    Located<std::string> key;
    Located<std::string> value;
  };
  /// The table at `key` as a map of strings, in the order of the file.
  std::vector<Entry> entries(std::string_view key);

 private:
  const toml::node* find(std::string_view key);
  Place place_of(const toml::node& node) const { return file_.place(node.source()); }
  void wrong_type(std::string_view key, const toml::node& node, std::string_view expected);
  bool at_least(std::string_view key, const Place& place, Duration value, Duration least);
  static std::string unknown_word(std::string_view word, const std::vector<std::string>& known);
  void report_unknown_keys() const;

  const toml::table& table_;
  const TomlFile& file_;
  FaultList& faults_;
  Place place_;
  std::set<std::string, std::less<>> asked_;
  bool unknown_keys_matter_ = true;
};

template <class T, class Parse>
void Table::parsed(std::string_view key, std::optional<Located<T>>& out, Parse parse) {
  const auto text = string(key);
  if (!text) return;
  if (auto value = parse(std::string_view(text->value))) {
    out = Located<T>{std::move(*value), text->place};
  } else {
    fault_at(text->place, key, value.error().text);
  }
}

template <class T, class Parse>
void Table::parsed(std::string_view key, T& out, Parse parse) {
  std::optional<Located<T>> value;
  parsed(key, value, parse);
  if (value) out = std::move(value->value);
}

template <class T>
void Table::choice(std::string_view key, T& out, std::initializer_list<std::pair<std::string_view, T>> words) {
  parsed(key, out, [&](std::string_view text) -> Result<T> {
    std::vector<std::string> known;
    for (const auto& [word, value] : words) {
      if (word == text) return value;
      known.emplace_back(word);
    }
    return fail(unknown_word(text, known));
  });
}

}  // namespace tocsin
