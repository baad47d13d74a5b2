// TomlFile: one file's text and what toml++ made of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/fault_list.h"
#include "agent/config/place.h"
#include "agent/config/toml.h"

namespace tocsin {

/// Immutable once made.
class TomlFile {
 public:
  /// Reads and parses. What keeps the file from being read is one fault: at `named_at`, where the file is named, if it
  /// cannot be opened, else at its first syntax error.
  static std::optional<TomlFile> read(const std::string& name, const Place& named_at, FaultList& faults);
  static std::optional<TomlFile> parse(const std::string& name, std::string text, FaultList& faults);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  const toml::table& root() const { return root_; }

  Place place(const toml::source_region& region) const;
  /// The place of a position (from 1) inside the value of the string whose opening quote is at `literal`.
  Place inside(const Place& literal, int line, int column) const;

 private:
  TomlFile(std::string name, std::string text, toml::table root);

  std::string name_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
  toml::table root_;
};

}  // namespace tocsin
