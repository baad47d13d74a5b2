#include "agent/config/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tocsin {
namespace {

/// Closes on scope exit.
class OpenFile {
 public:
  // O_NONBLOCK, or opening a pipe would wait for its writer before it can be seen to be a pipe.
  explicit OpenFile(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> system_failure() {
  return fail(std::error_code(errno, std::generic_category()).message());
}

/// Its size, too.
Result<std::size_t> check_regular(const OpenFile& file) {
  if (file.descriptor() < 0) return system_failure();
  struct stat status{};
  if (::fstat(file.descriptor(), &status) != 0) return system_failure();
  if (!S_ISREG(status.st_mode)) return fail("it is no regular file");
  return static_cast<std::size_t>(status.st_size);
}

/// Any of the bits.
bool has_mode(const std::string& path, mode_t bits) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & bits) != 0;
}

}  // namespace

std::string folder_of(const std::string& file) {
  return std::filesystem::path(file).parent_path().string();
}

std::string resolve_path(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const OpenFile file(path);
  const auto size = check_regular(file);
  if (!size) return std::unexpected(size.error());
  std::string content;
  content.reserve(std::min(*size, bytes_max));
  std::string chunk(64UL << 10, '\0');
  while (true) {
    const ssize_t got = ::read(file.descriptor(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure();
    if (got == 0) return content;
    content.append(chunk, 0, static_cast<std::size_t>(got));
    if (content.size() > bytes_max) return fail(fmt::format("it is larger than {} KiB", bytes_max >> 10U));
  }
}

Result<void> check_readable(const std::string& path) {
  const auto regular = check_regular(OpenFile(path));
  if (!regular) return std::unexpected(regular.error());
  return {};
}

std::string unreadable(const std::string& path, const Error& error) {
  return fmt::format("cannot read {}: {}; name a file that tocsin may read", path, error.text);
}

bool world_readable(const std::string& path) {
  return has_mode(path, S_IROTH);
}

bool readable_by_others(const std::string& path) {
  return has_mode(path, S_IRGRP | S_IROTH);
}

}  // namespace tocsin
