// toml++ as this room uses it: compiled once, in toml.cc. Every file here includes it through this header, so that the
// library's switches are the same everywhere.
#pragma once

#define TOML_HEADER_ONLY 0
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 0
// The library asserts what the text of a file decides, as in "[)x]"; without that its own error follows.
#define TOML_ASSERT(expr) static_assert(true)

#include <toml++/toml.h>
