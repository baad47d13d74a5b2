// Secrets of the configuration. Each is given as one of
//   key = "the value"    key = "${ENVIRONMENT_VARIABLE}"    key_file = "/run/secrets/x"
// No fault and no warning ever shows a value.
#pragma once

#include <optional>
#include <string_view>

#include "agent/base/secret.h"
#include "agent/config/toml_reader.h"

namespace tocsin {

/// Nothing where neither key stands there, or where there is a fault. The place is that of the value or the file name.
std::optional<Located<Secret>> read_secret(Table& table, std::string_view key);
/// Warns as warn_if_exposed() does.
void read_secret(Table& table, std::string_view key, Secret& out);

/// Warns where the secret is written in a file that its group or everybody can read.
void warn_if_exposed(Table& table, std::string_view key);
/// The same of a secret that no other key could name the file of.
void warn_if_exposed(Table& table, std::string_view key, const Located<std::string>& given);

/// Warns where everybody can read the file that holds `what`, "the secret".
void warn_if_world_readable(Table& table, const Place& place, const std::string& path, std::string_view what);

/// Whether `key` or its `_file` is there, faulty or not.
bool has_secret(Table& table, std::string_view key);

/// The value of a string that may be "${ENVIRONMENT_VARIABLE}".
Result<std::string> expand_environment(std::string_view text);

}  // namespace tocsin
