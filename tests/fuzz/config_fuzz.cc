// Any bytes as tocsin.toml and as a rule file: a configuration, or faults with places.
#include <unistd.h>

#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "agent/base/assert.h"
#include "agent/config/load.h"

namespace {

/// A folder of this process, so that several may run at once; in memory, for a disk makes each run wait.
class Folder {
 public:
  Folder() : path_(memory() / ("tocsin-fuzz-" + std::to_string(getpid()))) { create_directories(path_); }
  ~Folder() { remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  static std::filesystem::path memory() {
    const std::filesystem::path shared = "/dev/shm";
    return exists(shared) ? shared : std::filesystem::temp_directory_path();
  }

  std::filesystem::path path_;
};

void write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

void check(const std::filesystem::path& path) {
  const tocsin::LoadedConfig loaded = tocsin::load_config(path.string());
  TOCSIN_ASSERT((loaded.config == nullptr) == !loaded.faults.empty());
  for (const tocsin::Fault& fault : loaded.faults) {
    TOCSIN_ASSERT(!fault.text.empty() && fault.line >= 1 && fault.column >= 1);
  }
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A configuration that names a file outside of its folder would read whatever lies on this machine. Such a path begins
/// with a slash, climbs, or is hidden in escapes or variables; a slash behind a letter, or of a URL, begins none.
bool may_look_outside(std::string_view text) {
  const bool has_escapes = has(text, "\\u") || has(text, "\\U") || has(text, "\\x");
  if (!has(text, "file") && !has_escapes) return false;
  if (has_escapes || has(text, "..") || has(text, "$") || has(text, "~")) return true;
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    const char before = at == 0 ? '\0' : text[at - 1];
    if (before != '/' && before != ':' && std::isalnum(static_cast<unsigned char>(before)) == 0) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!may_look_outside(text)) {
    write(folder / "any.toml", text);
    check(folder / "any.toml");
  }
  write(folder / "rules.toml", text);
  write(folder / "tocsin.toml",
        "[prometheus]\nurl = \"http://localhost:9090\"\n[rules]\nfiles = [\"rules.toml\"]\n"
        "[notifiers.console]\ntype = \"console\"\n[[route]]\nnotify = [\"console\"]\n");
  check(folder / "tocsin.toml");
  return 0;
}
