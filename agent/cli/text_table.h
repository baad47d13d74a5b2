// A plain table for terminals: a header, aligned columns, and a last column that gives way where the width ends.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/cli/terminal.h"

namespace tocsin {

struct Cell {
  std::string text;
  Color color = Color::none;
};

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);

  /// REQUIRES: as many cells as the header has.
  void add_row(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }

  /// Lines of at most `width` columns, 0 for no limit: the widest columns are cut first.
  std::string text(std::size_t width, bool colors) const;
  /// To stdout, as wide as the terminal and in colour where it takes them.
  void print() const;

 private:
  std::vector<std::size_t> column_widths(std::size_t width) const;

  std::vector<Cell> header_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace tocsin
