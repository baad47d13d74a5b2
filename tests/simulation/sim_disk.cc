#include "tests/simulation/sim_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "tests/support/file_step.h"

namespace tocsin::sim {
namespace {

using test::FileContent;
using test::FileStep;
using Kind = FileStep::Kind;

/// The index of a write-ahead log: memory that connections share, in pieces. A copy of the list finds the same pieces.
using LogIndex = std::vector<std::vector<char>>;

}  // namespace

struct SimDisk::File {
  FileContent content;                  // as processes see it
  FileContent durable;                  // as it is on the medium
  std::vector<FileStep> unsynced{};     // what leads from that to this
  std::vector<Handle*> handles{};       // of the present process
  std::weak_ptr<LogIndex> log_index{};  // gone with the last handle that uses it

  void change(FileStep step) {
    step.apply_to(content);
    unsynced.push_back(std::move(step));
  }
  void sync() {
    for (const FileStep& step : unsynced) step.apply_to(durable);
    unsynced.clear();
  }
  /// Returns how much was lost.
  uint64_t cut_power(std::mt19937& chance) {
    const auto lost =
        std::ranges::count_if(unsynced, [&](const FileStep& step) { return !step.apply_in_part(durable, chance); });
    unsynced.clear();
    content = durable;
    return static_cast<uint64_t>(lost);
  }
};

/// What SQLite holds of an open file.
struct SimDisk::Handle {
  sqlite3_file base{};  // the first, as SQLite knows no more of it
  SimDisk& disk;
  uint64_t process;
  std::shared_ptr<File> file;
  std::shared_ptr<LogIndex> log_index{};  // also that of a process that has ended: SQLite still looks into it
  int lock = SQLITE_LOCK_NONE;
  int index_shared = 0;  // a bit for each lock of the index
  int index_exclusive = 0;

  static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  bool is_dead() const { return process != disk.process_; }
  bool any_other(auto&& holds) const {
    return std::ranges::any_of(file->handles, [&](const Handle* one) { return one != this && holds(*one); });
  }
};

/// SQLite's tables of functions.
struct SimDisk::Methods {
  static int close(sqlite3_file* f) {
    Handle& handle = Handle::of(f);
    std::erase(handle.file->handles, &handle);
    handle.~Handle();
    return SQLITE_OK;
  }

  /// What is beyond the end is zero, and SQLite is told of it.
  static int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
    const Handle& handle = Handle::of(f);
    if (handle.is_dead() || !handle.file->content) return SQLITE_IOERR_READ;
    const std::string& content = *handle.file->content;
    const auto wanted = static_cast<std::size_t>(size);
    const std::size_t from = std::min(static_cast<std::size_t>(at), content.size());
    const std::size_t there = content.copy(static_cast<char*>(to), wanted, from);
    std::memset(static_cast<char*>(to) + there, 0, wanted - there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int change(sqlite3_file* f, FileStep step, int error) {
    const Handle& handle = Handle::of(f);
    if (handle.is_dead() || handle.disk.dies()) return error;
    handle.file->change(std::move(step));
    return SQLITE_OK;
  }
  static int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
    std::string bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
    return change(f, {Kind::write, at, std::move(bytes)}, SQLITE_IOERR_WRITE);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    return change(f, {Kind::truncate, size}, SQLITE_IOERR_TRUNCATE);
  }
  static int sync(sqlite3_file* f, int) {
    const Handle& handle = Handle::of(f);
    if (handle.is_dead()) return SQLITE_IOERR_FSYNC;
    handle.file->sync();
    handle.disk.dies();
    return SQLITE_OK;
  }
  static int size(sqlite3_file* f, sqlite3_int64* size) {
    const Handle& handle = Handle::of(f);
    if (handle.is_dead() || !handle.file->content) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(handle.file->content->size());
    return SQLITE_OK;
  }

  /// One writes, and where it is to write into the file, nobody may read meanwhile or begin to
  /// (https://www.sqlite.org/lockingv3.html).
  static int lock(sqlite3_file* f, int level) {
    Handle& handle = Handle::of(f);
    if (handle.is_dead()) return SQLITE_IOERR_LOCK;
    if (handle.lock >= level) return SQLITE_OK;
    const auto any_other = [&](int from) {
      return handle.any_other([from](const Handle& other) { return other.lock >= from; });
    };
    if (any_other(level == SQLITE_LOCK_SHARED ? SQLITE_LOCK_PENDING : SQLITE_LOCK_RESERVED)) return SQLITE_BUSY;
    const bool waits = level == SQLITE_LOCK_EXCLUSIVE && any_other(SQLITE_LOCK_SHARED);
    handle.lock = waits ? SQLITE_LOCK_PENDING : level;
    return waits ? SQLITE_BUSY : SQLITE_OK;
  }
  static int unlock(sqlite3_file* f, int level) {
    Handle::of(f).lock = level;
    return SQLITE_OK;
  }
  static int is_reserved(sqlite3_file* f, int* out) {
    const auto reserves = [](const Handle& one) { return one.lock >= SQLITE_LOCK_RESERVED; };
    const Handle& handle = Handle::of(f);
    *out = reserves(handle) || handle.any_other(reserves) ? 1 : 0;
    return SQLITE_OK;
  }

  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return 0; }  // as SQLite's own: what it assumes
  /// As SQLite's own on Linux: what lies beside the bytes of a write that a power cut tears stays as it is.
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int index_map(sqlite3_file* f, int piece, int size, int extend, void volatile** out) {
    Handle& handle = Handle::of(f);
    *out = nullptr;
    if (handle.is_dead()) return SQLITE_IOERR_SHMMAP;
    if (!handle.log_index) handle.log_index = handle.file->log_index.lock();
    if (!handle.log_index) handle.file->log_index = handle.log_index = std::make_shared<LogIndex>();
    LogIndex& index = *handle.log_index;
    const auto wanted = static_cast<std::size_t>(piece);
    if (extend != 0 && index.size() <= wanted)
      index.resize(wanted + 1, std::vector<char>(static_cast<std::size_t>(size)));
    if (wanted < index.size()) *out = index[wanted].data();
    return SQLITE_OK;
  }
  static int index_lock(sqlite3_file* f, int first, int count, int flags) {
    Handle& handle = Handle::of(f);
    const int locks = ((1 << count) - 1) << first;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      handle.index_shared &= ~locks;
      handle.index_exclusive &= ~locks;
      return SQLITE_OK;
    }
    if (handle.is_dead()) return SQLITE_IOERR_SHMLOCK;
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    const bool is_taken = handle.any_other([=](const Handle& other) {
      return ((other.index_exclusive | (exclusive ? other.index_shared : 0)) & locks) != 0;
    });
    if (is_taken) return SQLITE_BUSY;
    (exclusive ? handle.index_exclusive : handle.index_shared) |= locks;
    return SQLITE_OK;
  }
  static void index_barrier(sqlite3_file*) {}  // one thread
  static int index_unmap(sqlite3_file* f, int) {
    Handle::of(f).log_index.reset();
    return SQLITE_OK;
  }

  static SimDisk& disk(sqlite3_vfs* own) { return *static_cast<SimDisk*>(own->pAppData); }
  /// A file without a path is a temporary one.
  static int open(sqlite3_vfs* own, const char* path, sqlite3_file* f, int flags, int* out_flags) {
    static constexpr sqlite3_io_methods kMethods{
        2,           close,       read,    write,       truncate,        sync,      size,       lock,
        unlock,      is_reserved, control, sector_size, characteristics, index_map, index_lock, index_barrier,
        index_unmap, nullptr,     nullptr};
    SimDisk& disk = Methods::disk(own);
    f->pMethods = nullptr;
    const std::shared_ptr<File> file = path == nullptr ? std::make_shared<File>() : disk.file(path);
    if (!file->content && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    if (!file->content) file->change({Kind::truncate, 0});
    auto* handle = new (f) Handle{.base = {&kMethods}, .disk = disk, .process = disk.process_, .file = file};
    file->handles.push_back(handle);
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  /// Once the folder is synced it is gone for good, with all that had not been.
  static int remove(sqlite3_vfs* own, const char* path, int sync_folder) {
    SimDisk& disk = Methods::disk(own);
    File& file = *disk.file(path);
    if (!file.content) return SQLITE_IOERR_DELETE_NOENT;
    if (disk.has_died_ || disk.dies()) return SQLITE_IOERR_DELETE;
    file.change({Kind::remove});
    if (sync_folder != 0) file.sync();
    return SQLITE_OK;
  }
  static int access(sqlite3_vfs* own, const char* path, int, int* out) {
    *out = disk(own).file(path)->content ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    std::snprintf(out, static_cast<std::size_t>(size), "%s", path);
    return SQLITE_OK;
  }
};

/// What SQLite's own does that is not for files. Taken once: while others are registered it changes.
static const sqlite3_vfs& usual_vfs() {
  static const sqlite3_vfs usual = *sqlite3_vfs_find(nullptr);
  return usual;
}

SimDisk::SimDisk() : own_(usual_vfs()) {
  static std::atomic<int> count = 0;
  name_ = fmt::format("disk-{}", ++count);
  own_.szOsFile = sizeof(Handle);
  own_.zName = name_.c_str();
  own_.pAppData = this;
  own_.xOpen = Methods::open;
  own_.xDelete = Methods::remove;
  own_.xAccess = Methods::access;
  own_.xFullPathname = Methods::full_path;
  sqlite3_vfs_register(&own_, 0);
}

SimDisk::~SimDisk() {
  sqlite3_vfs_unregister(&own_);
}

std::string SimDisk::database() const {
  return fmt::format("file:/tocsin.db?vfs={}", name_);
}

std::shared_ptr<SimDisk::File> SimDisk::file(const std::string& path) {
  std::shared_ptr<File>& file = files_[path];
  if (!file) file = std::make_shared<File>();
  return file;
}

bool SimDisk::dies() {
  if (left_ == 0) return false;
  --left_;
  if (left_ > 0) return false;
  ++deaths_;
  end_process();
  has_died_ = true;
  return true;
}

void SimDisk::end_process() {
  ++process_;
  left_ = 0;
  has_died_ = false;
  for (auto& [path, file] : files_) {
    file->handles.clear();
    file->log_index.reset();
  }
}

void SimDisk::cut_power(std::mt19937 chance) {
  end_process();
  for (auto& [path, file] : files_) lost_ += file->cut_power(chance);
}

}  // namespace tocsin::sim
