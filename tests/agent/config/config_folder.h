// A folder with configuration files for one test; gone with it.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "agent/config/load.h"

namespace tocsin {

class ConfigFolder {
 public:
  ConfigFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tocsin-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder for the test");
    path_ = name;
  }
  ~ConfigFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    std::filesystem::permissions(path_ / name,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  LoadedConfig load() const { return load_config(path("tocsin.toml")); }

 private:
  std::filesystem::path path_;
};

/// All faults and warnings, one a line; "" where there is none.
inline std::string complaints(const LoadedConfig& loaded) {
  std::string text;
  for (const Fault& fault : loaded.faults) text += fault.str() + "\n";
  for (const std::string& warning : loaded.warnings) text += "warning: " + warning + "\n";
  return text;
}

}  // namespace tocsin
