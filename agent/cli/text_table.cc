#include "agent/cli/text_table.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>

#include "agent/base/assert.h"

namespace tocsin {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kColumnMin = 8;  // a column narrower than this says nothing any more

std::size_t total(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
}

std::string line_of(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths, bool colors) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    const std::string text = fit(cells[column].text, widths[column]);
    line += colored(text, cells[column].color, colors);
    if (column + 1 < cells.size()) line.append(widths[column] - display_width(text) + kGap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header) {
  for (std::string& title : header) header_.push_back({std::move(title), Color::dim});
}

void TextTable::add_row(std::vector<Cell> cells) {
  TOCSIN_ASSERT(cells.size() == header_.size());
  for (Cell& cell : cells) cell.text = printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::column_widths(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < header_.size(); ++column) {
    std::size_t widest = display_width(header_[column].text);
    for (const std::vector<Cell>& row : rows_) widest = std::max(widest, display_width(row[column].text));
    widths.push_back(widest);
  }
  while (width > 0 && total(widths) > width) {
    const auto widest = std::ranges::max_element(widths);
    if (*widest <= kColumnMin) break;
    --*widest;
  }
  return widths;
}

std::string TextTable::text(std::size_t width, bool colors) const {
  const std::vector<std::size_t> widths = column_widths(width);
  std::string out = line_of(header_, widths, colors);
  for (const std::vector<Cell>& row : rows_) out += line_of(row, widths, colors);
  return out;
}

void TextTable::print() const {
  std::fputs(text(terminal_width(), terminal_takes_colors()).c_str(), stdout);
}

}  // namespace tocsin
