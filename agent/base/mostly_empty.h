// MostlyEmpty: a container that takes no more than a pointer while nothing is in it.
#pragma once

#include <memory>
#include <utility>

namespace tocsin {

/// For a member that thousands of objects have and few fill.
template <class Container>
class MostlyEmpty {
 public:
  MostlyEmpty() = default;
  MostlyEmpty(Container of) {  // NOLINT(google-explicit-constructor): it is one
    if (!of.empty()) held_ = std::make_unique<Container>(std::move(of));
  }
  MostlyEmpty(const MostlyEmpty& other) : MostlyEmpty(*other) {}
  MostlyEmpty(MostlyEmpty&&) noexcept = default;
  MostlyEmpty& operator=(MostlyEmpty other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }
  ~MostlyEmpty() = default;

  const Container& operator*() const {
    static const Container kNone;
    return held_ ? *held_ : kNone;
  }
  const Container* operator->() const { return &**this; }

  /// Hands it to `how` and returns what that returns. It is gone where that leaves it empty.
  template <class How>
  auto change(How&& how) {
    if (!held_) held_ = std::make_unique<Container>();
    struct Release {
      std::unique_ptr<Container>& held;
      ~Release() {
        if (held->empty()) held.reset();
      }
    } const release{held_};
    return how(*held_);
  }

  friend bool operator==(const MostlyEmpty& a, const MostlyEmpty& b) { return *a == *b; }

 private:
  std::unique_ptr<Container> held_;
};

}  // namespace tocsin
