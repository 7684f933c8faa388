#pragma once

// The test framework: TEST(name) { CHECK(...); CHECK_EQUAL(a, b); CHECK_ERROR(kind, "part of
// message", expression); } Every file is a program of its own; check_main.cpp runs its tests and
// returns how many failed.

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/errors.h"

namespace onnxformers::check {

struct Test {
  const char* name;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

struct Registration {
  Registration(const char* name, std::function<void()> body) {
    tests().push_back({name, std::move(body)});
  }
};

[[noreturn]] inline void failed(const char* file, int line, const std::string& what) {
  throw std::logic_error(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

template <typename A, typename B>
void equal(const A& got, const B& want, const char* text, const char* file, int line) {
  if (got == want) {
    return;
  }
  std::ostringstream message;
  message << text;
  if constexpr (requires { message << got << want; }) {
    message << ": got " << got << ", expected " << want;
  }
  failed(file, line, message.str());
}

template <typename Body>
void error(ErrorKind kind, const std::string& part, Body body, const char* file, int line) {
  try {
    body();
  } catch (const Error& e) {
    if (e.kind() != kind) {
      failed(file, line, std::string("another kind of error: ") + e.what());
    }
    if (std::string(e.what()).find(part) == std::string::npos) {
      failed(file, line, "the message lacks '" + part + "': " + e.what());
    }
    return;
  }
  failed(file, line, "no error");
}

}  // namespace onnxformers::check

#define TEST(name)                                                                        \
  static void test_##name();                                                              \
  static const onnxformers::check::Registration registration_##name(#name, &test_##name); \
  static void test_##name()
#define CHECK(condition) \
  ((condition) ? void() : onnxformers::check::failed(__FILE__, __LINE__, #condition))
#define CHECK_EQUAL(got, want) \
  onnxformers::check::equal((got), (want), #got " == " #want, __FILE__, __LINE__)
#define CHECK_ERROR(kind, part, ...) \
  onnxformers::check::error((kind), (part), [&] { (void)(__VA_ARGS__); }, __FILE__, __LINE__)
