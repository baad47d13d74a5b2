// Files as the configuration names them.
#pragma once

#include <string>

#include "agent/base/result.h"

namespace tocsin {

/// The folder part of `file`, "" for the working directory.
std::string folder_of(const std::string& file);

/// `path` as seen from `folder`; an absolute path stays what it is.
std::string resolve_path(const std::string& folder, const std::string& path);

/// The whole content. Only regular files, so that a pipe can never make a reload wait; at most `bytes_max`.
/// The error says what is wrong, without the path.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

/// Whether the file can be opened for reading; the error as above.
Result<void> check_readable(const std::string& path);

/// What a fault says about a file that could not be read.
std::string unreadable(const std::string& path, const Error& error);

bool world_readable(const std::string& path);
/// By its group or by everybody.
bool readable_by_others(const std::string& path);

}  // namespace tocsin
