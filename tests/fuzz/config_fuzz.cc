// Any bytes as tocsin.toml and as a rule file: a configuration, or faults with places.
#include <unistd.h>

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // A configuration that names files would read whatever lies on this machine.
  const bool names_files = text.find("file") != std::string_view::npos;
  if (!names_files) {
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
