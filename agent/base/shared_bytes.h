// SharedBytes: bytes that never change once they are made, so that all copies are one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "agent/base/assert.h"

namespace tocsin {

/// As large as a pointer. Copies may be used and dropped by different threads.
class SharedBytes {
 public:
  SharedBytes() = default;
  /// `size` bytes, which `write` is handed once to fill.
  template <class Write>
  SharedBytes(std::size_t size, Write&& write) {
    if (size == 0) return;
    TOCSIN_ASSERT(size <= UINT32_MAX);
    block_ = new (::operator new(sizeof(Block) + size)) Block{1, static_cast<uint32_t>(size)};
    write(reinterpret_cast<char*>(block_ + 1));
  }
  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) {
    if (block_) block_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() {
    if (!block_ || block_->owners.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    block_->~Block();
    ::operator delete(block_);
  }

  /// nullptr where there are none.
  const char* data() const { return block_ ? reinterpret_cast<const char*>(block_ + 1) : nullptr; }
  std::size_t size() const { return block_ ? block_->size : 0; }
  bool empty() const { return !block_; }

  friend bool operator==(const SharedBytes& a, const SharedBytes& b) {
    return a.block_ == b.block_ || (a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0);
  }

 private:
  struct Block {
    std::atomic<uint32_t> owners;
    uint32_t size;
  };
  Block* block_ = nullptr;  // the bytes follow it
};

}  // namespace tocsin
