// What --version prints.
#pragma once

#include <string>

namespace tocsin {

/// "tocsin 0.1.0", the compiler, and one line per library with the version that runs (not the one compiled against,
/// where the library can say).
std::string version_text();

}  // namespace tocsin
