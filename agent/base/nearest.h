// What a person who mistyped a name probably meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

/// The known name with the fewest edits (insert, delete, replace, swap of neighbours; case matters not), or nullopt
/// where none is close.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

/// The remedy for an unknown name: "did you mean `x`?", or else the list of what is known.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace tocsin
