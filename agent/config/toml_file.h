// TomlFile: one file's text, or a piece of it, and what toml++ made of that.
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
  /// The file's text. One that cannot be opened is a fault at `named_at`, where the file is named.
  static std::optional<std::string> read(const std::string& name, const Place& named_at, FaultList& faults);
  /// A syntax error is one fault at its place. `first_line` is that of a text which is a piece of the file.
  static std::optional<TomlFile> parse(const std::string& name, std::string text, FaultList& faults,
                                       int first_line = 1);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  const toml::table& root() const { return root_; }

  Place place(const toml::source_region& region) const;
  /// The place of a position (from 1) inside the value of the string whose opening quote is at `literal`.
  Place inside(const Place& literal, int line, int column) const;

 private:
  TomlFile(std::string name, std::string text, int first_line, toml::table root);

  std::string name_;
  std::string text_;
  int first_line_;
  std::vector<std::size_t> line_starts_;
  toml::table root_;
};

}  // namespace tocsin
