// library_pages: what the start has touched of the shared libraries.
#pragma once

namespace tocsin {

/// Gives back the pages of all shared libraries that nobody writes to: code, constants, symbol tables. What is needed
/// again is mapped again, in the most cases without a look at the disk. See docs/decisions/0013.
/// Breakpoints that a debugger has set in a library, not in tocsin itself, go with them.
void release_library_pages();

}  // namespace tocsin
