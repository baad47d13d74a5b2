// Cuts a large TOML file into pieces that are parsed one after the other. The tables of a whole file take about ten
// times its size; those of a piece are gone before the next one's are made.
#pragma once

#include <string_view>
#include <vector>

namespace tocsin {

struct TomlPiece {
  std::string_view text;  // borrowed from the file's
  int first_line = 1;     // of the piece, in the file
};

/// Pieces that together mean what the whole file does: each but the first holds nothing but elements of the array of
/// tables `array`. Only one, the whole, for a small file, and for one that cannot be cut or is no TOML.
std::vector<TomlPiece> toml_pieces(std::string_view text, std::string_view array);

}  // namespace tocsin
