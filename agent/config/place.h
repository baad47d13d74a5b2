// Where something stands in a configuration file, and a value that remembers it. Lines and columns count from 1;
// columns count code points, as editors do.
#pragma once

#include <string>

namespace tocsin {

struct Place {
  std::string file;
  int line = 1;
  int column = 1;
  friend bool operator==(const Place&, const Place&) = default;
};

template <class T>
struct Located {
  T value;
  Place place;
};

}  // namespace tocsin
