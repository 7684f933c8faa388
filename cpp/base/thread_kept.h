#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace onnxformers {

/// An object of each thread, as thread_local ones are; but the next thread that wants one takes
/// over what a thread that ended left. For caches: threads that live for one call only would find
/// them empty every time. T befriends this class if it is made here only.
template <typename T>
class ThreadKept {
 public:
  ThreadKept(const ThreadKept&) = delete;
  ThreadKept& operator=(const ThreadKept&) = delete;

  /// That of this thread.
  [[nodiscard]] static T& get() {
    static thread_local const ThreadKept own;
    return *own.object_;
  }

 private:
  static constexpr std::size_t kMostLeft = 16;

  struct Left {
    std::mutex mutex;
    std::vector<std::unique_ptr<T>> objects;
  };

  ThreadKept() {
    if (const auto lock = try_lock(); lock && !left().objects.empty()) {
      object_ = std::move(left().objects.back());
      left().objects.pop_back();
    } else {
      object_.reset(new T);
    }
  }

  ~ThreadKept() {
    if (const auto lock = try_lock(); lock && left().objects.size() < kMostLeft) {
      left().objects.push_back(std::move(object_));
    }
  }

  /// Never waits: after fork() nobody may be there who would unlock it.
  [[nodiscard]] static std::unique_lock<std::mutex> try_lock() {
    return std::unique_lock(left().mutex, std::try_to_lock);
  }

  /// Never destroyed: threads may outlive the process's own objects.
  [[nodiscard]] static Left& left() {
    static Left* const left = new Left;
    return *left;
  }

  std::unique_ptr<T> object_;
};

}  // namespace onnxformers
