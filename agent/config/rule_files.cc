#include <fmt/format.h>
#include <glob.h>

#include <filesystem>
#include <set>

#include "agent/base/text.h"
#include "agent/config/read_file.h"
#include "agent/config/read_rules.h"

namespace tocsin {
namespace {

/// The folder's own name is no pattern, whatever characters it has.
std::string escape_glob(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::vector<std::string> expand(const std::string& pattern) {
  glob_t found{};
  // The only thread that reads the configuration calls this, and nothing changes the locale or the environment.
  const int status = ::glob(pattern.c_str(), 0, nullptr, &found);  // NOLINT(concurrency-mt-unsafe)
  std::vector<std::string> paths;
  if (status == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

/// The same file may be named in several ways: "rules/a.toml", "./rules/a.toml", a link.
std::string identity(const std::string& path) {
  std::error_code error;
  const auto canonical = std::filesystem::canonical(path, error);
  return error ? path : canonical.string();
}

}  // namespace

std::vector<Located<std::string>> rule_files(const std::string& config_file,
                                             const std::vector<Located<std::string>>& globs, FaultList& faults) {
  std::vector<Located<std::string>> files;
  std::set<std::string> seen;
  for (const Located<std::string>& glob : globs) {
    const std::vector<std::string> paths = expand(resolve_path(escape_glob(folder_of(config_file)), glob.value));
    if (paths.empty()) {
      faults.add(glob.place, fmt::format("`files`: {} names no file; paths are relative to the folder of this file",
                                         quote(glob.value)));
    }
    for (const std::string& path : paths) {
      if (seen.insert(identity(path)).second) files.push_back({path, glob.place});
    }
  }
  return files;
}

}  // namespace tocsin
