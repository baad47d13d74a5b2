#include "agent/store/sqlite_error.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string_view>

namespace tocsin {
namespace {

/// What is wrong and what to do, for the results that an operator can do something about; else empty.
std::string_view remedy(int primary_code) {
  switch (primary_code) {
    case SQLITE_FULL:
      return "the disk is full; free space on its file system";
    case SQLITE_READONLY:
      return "it cannot be written; check the owner and the mode of the file and of its directory, and that the file "
             "system is not mounted read-only";
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "access is denied; check the owner and the mode of the file and of its directory";
    case SQLITE_IOERR:
      return "reading or writing failed; check that its disk has room, that its file system is not read-only, and the "
             "kernel's log";
    case SQLITE_CORRUPT:
      return "the database is damaged; stop tocsin, keep a copy of the file with its -wal, and restore a backup";
    case SQLITE_NOTADB:
      return "the file is no SQLite database; move it away or correct [store] url, tocsin does not overwrite it";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds it locked; close what has it open for writing (an sqlite3 shell, a backup)";
    case SQLITE_CANTOPEN:
      return "it cannot be opened; the directory must exist, be writable and hold no directory of that name";
    case SQLITE_INTERRUPT:
      return "reading took too long; ask for less at once, or look what else its disk has to do";
    default:
      return {};
  }
}

}  // namespace

Error sqlite_error(const std::string& location, const SQLite::Exception& exception) {
  const int extended = exception.getExtendedErrorCode();
  const std::string_view known = remedy(exception.getErrorCode() & 0xff);
  const std::string detail = fmt::format("SQLite: {}, code {}", exception.what(), extended);
  if (known.empty()) return {fmt::format("store {}: {}", location, detail), ErrorCode::internal};
  return {fmt::format("store {}: {} ({})", location, known, detail), ErrorCode::unavailable};
}

}  // namespace tocsin
