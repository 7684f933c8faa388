#include <cstdlib>

#include "check.h"
#include "runtime/api.h"

using namespace onnxformers;           // NOLINT(google-build-using-namespace)
using namespace onnxformers::runtime;  // NOLINT(google-build-using-namespace)

namespace {

constexpr const char* kFake = ONNXFORMERS_FAKE_LIBRARY;

void set_version(const char* version) {
#ifdef _WIN32
  _putenv_s("FAKE_ORT_VERSION", version);
#else
  setenv("FAKE_ORT_VERSION", version, 1);
#endif
}

void load(const char* path) { load_library(path); }

}  // namespace

TEST(the_minor_version_is_read) {
  CHECK_EQUAL(minor_version("1.31.1"), 31U);
  CHECK_EQUAL(minor_version("1.20"), 20U);
  CHECK_EQUAL(minor_version("1.22.0-dev+abc"), 22U);
  for (const char* text : {"", "1.", "2.0.0", "x", "1.x"}) {
    CHECK_EQUAL(minor_version(text), 0U);
  }
}

TEST(a_library_is_loaded_once_and_only_one) {
  CHECK(library() == nullptr);
  CHECK(!has_api(1));
  CHECK_ERROR(ErrorKind::RuntimeLibrary, "not loaded", api());
  CHECK_ERROR(ErrorKind::RuntimeLibrary, "absolute", (load("libonnxruntime.so"), 0));
  CHECK_ERROR(ErrorKind::RuntimeLibrary, "cannot load", (load("/nowhere/libonnxruntime.so.1"), 0));
  set_version("1.19.2");
  CHECK_ERROR(ErrorKind::RuntimeLibrary, "1.19.2 at", (load(kFake), 0));
  set_version("1.26.0");  // refuses its own API version, as no library should
  CHECK_ERROR(ErrorKind::RuntimeLibrary, "refuses API version 26", (load(kFake), 0));
  CHECK(library() == nullptr);

  set_version("1.25.3");
  load(kFake);
  CHECK_EQUAL(library()->version, std::string("1.25.3"));
  CHECK_EQUAL(library()->api_version, 25U);
  CHECK_EQUAL(library()->build_info, std::string("fake build"));
  CHECK(has_api(25));
  CHECK(!has_api(26));
  CHECK(std::getenv("ORT_DISABLE_TELEMETRY") != nullptr);
  load(kFake);
  CHECK_ERROR(ErrorKind::RuntimeLibrary, "a process can hold one only", (load("/other"), 0));
}
