// RowCursor: reads the columns of one row from left to right, and says which column of which row is wrong.
// Inside agent/store only; the throwing side of it is described in sqlite_error.h.
#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/time.h"
#include "agent/store/sqlite_error.h"

namespace tocsin {

class RowCursor {
 public:
  RowCursor(SQLite::Statement& statement, const char* table) : statement_(statement), table_(table) {}

  int64_t integer() { return next().getInt64(); }
  bool boolean() { return integer() != 0; }
  std::string text() { return next().getString(); }
  Timestamp time() { return from_unix_ms(integer()); }

  /// NULL is NaN: SQLite has no other way to keep it.
  double real() {
    const SQLite::Column column = next();
    return column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
  }

  std::optional<int64_t> optional_integer() {
    const SQLite::Column column = next();
    return column.isNull() ? std::nullopt : std::optional(column.getInt64());
  }

  std::optional<Timestamp> optional_time() {
    const std::optional<int64_t> ms = optional_integer();
    return ms ? std::optional(from_unix_ms(*ms)) : std::nullopt;
  }

  /// A word of an enum; `parse` is its parse function.
  template <class Enum>
  Enum word(std::optional<Enum> (*parse)(std::string_view)) {
    const std::string found = text();
    const std::optional<Enum> value = parse(found);
    if (!value) fault(fmt::format("holds \"{}\", which this tocsin does not know", found));
    return *value;
  }

  template <class Enum>
  std::optional<Enum> optional_word(std::optional<Enum> (*parse)(std::string_view)) {
    if (!statement_.isColumnNull(index_)) return word(parse);
    ++index_;
    return std::nullopt;
  }

  /// JSON text; `parse` is one of record_json.h.
  template <class Value>
  Value json(Value (*parse)(const std::string&)) {
    const std::string found = text();
    try {
      return parse(found);
    } catch (const std::exception& exception) {
      fault(fmt::format("is not readable: {}", exception.what()));
    }
  }

 private:
  SQLite::Column next() { return statement_.getColumn(index_++); }

  [[noreturn]] void fault(const std::string& what) {
    throw StoreFault(
        fmt::format("the store is damaged: table {}, row {}: column {} {}; stop tocsin, keep a copy of the "
                    "file with its -wal, and restore a backup",
                    table_, statement_.getColumn(0).getString(), statement_.getColumnName(index_ - 1), what));
  }

  SQLite::Statement& statement_;
  const char* table_;
  int index_ = 0;
};

}  // namespace tocsin
