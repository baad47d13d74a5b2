#include "tests/agent/store/recording_vfs.h"

#include <cstdio>
#include <fstream>
#include <map>

namespace tocsin::test {

/// What SQLite holds of an open file; the system's own lies right behind it.
struct RecordingVfs::File {
  sqlite3_file base;
  RecordingVfs* vfs;
  bool recorded;  // not the index of the log, which is made anew after a crash
  char name[64];

  sqlite3_file* system() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  void record(Kind kind, int64_t offset = 0, std::string bytes = {}) {
    if (recorded) vfs->steps_.push_back({name, {kind, offset, std::move(bytes)}});
  }
};

/// SQLite's tables of functions, each of which passes on to the system's.
struct RecordingVfs::Methods {
  static sqlite3_file* system(sqlite3_file* file) { return File::of(file).system(); }
  static const sqlite3_io_methods& methods(sqlite3_file* file) { return *system(file)->pMethods; }

  static int close(sqlite3_file* f) { return methods(f).xClose(system(f)); }
  static int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
    return methods(f).xRead(system(f), to, size, at);
  }
  static int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
    File::of(f).record(Kind::write, at, std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)));
    return methods(f).xWrite(system(f), from, size, at);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    File::of(f).record(Kind::truncate, size);
    return methods(f).xTruncate(system(f), size);
  }
  static int sync(sqlite3_file* f, int flags) {
    File::of(f).record(Kind::sync);
    return methods(f).xSync(system(f), flags);
  }
  static int size(sqlite3_file* f, sqlite3_int64* size) { return methods(f).xFileSize(system(f), size); }
  static int lock(sqlite3_file* f, int level) { return methods(f).xLock(system(f), level); }
  static int unlock(sqlite3_file* f, int level) { return methods(f).xUnlock(system(f), level); }
  static int is_locked(sqlite3_file* f, int* out) { return methods(f).xCheckReservedLock(system(f), out); }
  static int control(sqlite3_file* f, int op, void* value) { return methods(f).xFileControl(system(f), op, value); }
  static int sector_size(sqlite3_file* f) { return methods(f).xSectorSize(system(f)); }
  static int characteristics(sqlite3_file* f) { return methods(f).xDeviceCharacteristics(system(f)); }
  static int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return methods(f).xShmMap(system(f), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* f, int at, int n, int flags) {
    return methods(f).xShmLock(system(f), at, n, flags);
  }
  static void shm_barrier(sqlite3_file* f) { methods(f).xShmBarrier(system(f)); }
  static int shm_unmap(sqlite3_file* f, int remove) { return methods(f).xShmUnmap(system(f), remove); }

  static RecordingVfs& vfs(sqlite3_vfs* own) { return *static_cast<RecordingVfs*>(own->pAppData); }
  static std::string base_name(const char* path) {
    return path == nullptr ? "temporary" : std::filesystem::path(path).filename().string();
  }
  static int open(sqlite3_vfs* own, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    static constexpr sqlite3_io_methods kMethods{
        2,         close,     read,    write,       truncate,        sync,    size,     lock,
        unlock,    is_locked, control, sector_size, characteristics, shm_map, shm_lock, shm_barrier,
        shm_unmap, nullptr,   nullptr};
    File& opened = File::of(file);
    sqlite3_vfs* system = vfs(own).system_;
    const int code = system->xOpen(system, path, opened.system(), flags, out_flags);
    opened.base.pMethods = opened.system()->pMethods == nullptr ? nullptr : &kMethods;
    opened.vfs = &vfs(own);
    opened.recorded = path != nullptr;
    std::snprintf(opened.name, sizeof opened.name, "%s", base_name(path).c_str());
    return code;
  }
  static int remove(sqlite3_vfs* own, const char* path, int sync_folder) {
    vfs(own).steps_.push_back({base_name(path), {Kind::remove}});
    if (sync_folder != 0) vfs(own).steps_.push_back({base_name(path), {Kind::sync}});
    return vfs(own).system_->xDelete(vfs(own).system_, path, sync_folder);
  }
};

RecordingVfs::RecordingVfs() : system_(sqlite3_vfs_find(nullptr)), own_(*system_) {
  own_.szOsFile = static_cast<int>(sizeof(File)) + system_->szOsFile;
  own_.zName = "recording";
  own_.pAppData = this;
  own_.xOpen = Methods::open;
  own_.xDelete = Methods::remove;
  sqlite3_vfs_register(&own_, 1);
}

void RecordingVfs::stop() {
  sqlite3_vfs_unregister(&own_);
  sqlite3_vfs_register(system_, 1);
}

/// The step after the file's last sync before `moment`.
std::size_t RecordingVfs::synced(const std::string& file, std::size_t moment) const {
  for (std::size_t step = moment; step > 0; --step) {
    if (steps_[step - 1].done.kind == Kind::sync && steps_[step - 1].file == file) return step;
  }
  return 0;
}

void RecordingVfs::cut_power(std::size_t moment, std::mt19937& chance, const std::filesystem::path& folder) const {
  std::map<std::string, std::size_t> synced_until;
  for (std::size_t step = 0; step < moment; ++step) synced_until.try_emplace(steps_[step].file, 0);
  for (auto& [file, until] : synced_until) until = synced(file, moment);
  std::map<std::string, FileContent> contents;
  for (std::size_t at = 0; at < moment; ++at) {
    const Step& step = steps_[at];
    if (at < synced_until[step.file]) {
      step.done.apply_to(contents[step.file]);
    } else {
      step.done.apply_in_part(contents[step.file], chance);
    }
  }
  for (const auto& [file, content] : contents) {
    if (content) std::ofstream(folder / file, std::ios::binary) << *content;
  }
}

}  // namespace tocsin::test
