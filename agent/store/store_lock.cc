#include "agent/store/store_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace tocsin {
namespace {

std::string system_text(int code) {
  return std::generic_category().message(code);
}

/// The pid in the lock file, or "unknown" where its owner has not written it yet.
std::string holder(int descriptor) {
  std::array<char, 32> bytes{};
  const ssize_t count = pread(descriptor, bytes.data(), bytes.size(), 0);
  std::string_view text(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  text = text.substr(0, text.find_first_not_of("0123456789"));
  return text.empty() ? "unknown" : std::string(text);
}

Result<void> write_pid(int descriptor, const std::string& path) {
  const std::string text = fmt::format("{}\n", getpid());
  if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text.data(), text.size(), 0) == std::ssize(text)) return {};
  return fail(fmt::format("{}: cannot write the process id: {}", path, system_text(errno)), ErrorCode::unavailable);
}

std::unexpected<Error> cannot_open(const std::string& database_path, int code) {
  const std::string directory = std::filesystem::path(database_path).parent_path().string();
  const std::string remedy = code == ENOENT ? fmt::format("create the directory {}, owned by", directory)
                                            : fmt::format("make the directory {} writable for", directory);
  return fail(fmt::format("store {0}: cannot open {0}.lock: {1}; {2} the user that runs tocsin", database_path,
                          system_text(code), remedy),
              ErrorCode::unavailable);
}

}  // namespace

Result<std::unique_ptr<StoreLock>> StoreLock::acquire(const std::string& database_path) {
  const std::string path = database_path + ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return cannot_open(database_path, errno);
  std::unique_ptr<StoreLock> lock(new StoreLock(descriptor));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return fail(
          fmt::format("{}: cannot lock: {}; the store must be on a local file system", path, system_text(errno)),
          ErrorCode::unavailable);
    }
    return fail(fmt::format("store {} is in use by process {}; stop that tocsin first, or give this one a store of its "
                            "own ([store] url)",
                            database_path, holder(descriptor)),
                ErrorCode::conflict);
  }
  if (auto written = write_pid(descriptor, path); !written) return std::unexpected(written.error());
  return lock;
}

StoreLock::~StoreLock() {
  close(descriptor_);
}

}  // namespace tocsin
