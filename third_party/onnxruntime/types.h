#pragma once

// The handles and enums of ONNX Runtime's C API as far as we use them. See README.md for the origin.

#include <cstdint>

namespace ort {

struct CUDAProviderOptionsV2;
struct Env;
struct IoBinding;
struct MemoryInfo;
struct ModelMetadata;
struct RunOptions;
struct Session;
struct SessionOptions;
struct Status;
struct Allocator;
struct TensorRTProviderOptionsV2;
struct TensorTypeAndShapeInfo;
struct ThreadingOptions;
struct TypeInfo;
struct Value;

enum class ErrorCode : std::int32_t {
  Ok = 0,
  Fail = 1,
  InvalidArgument = 2,
  NoSuchFile = 3,
  NoModel = 4,
  EngineError = 5,
  RuntimeException = 6,
  InvalidProtobuf = 7,
  ModelLoaded = 8,
  NotImplemented = 9,
  InvalidGraph = 10,
  ProviderFailure = 11,
};

enum class LoggingLevel : std::int32_t { Verbose = 0, Info = 1, Warning = 2, Error = 3, Fatal = 4 };

enum class ElemType : std::int32_t {
  Undefined = 0,
  Float32 = 1,
  Uint8 = 2,
  Int8 = 3,
  Uint16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8,
  Bool = 9,
  Float16 = 10,
  Float64 = 11,
  Uint32 = 12,
  Uint64 = 13,
  Complex64 = 14,
  Complex128 = 15,
  Bfloat16 = 16,
  Float8E4M3Fn = 17,
  Float8E4M3FnUz = 18,
  Float8E5M2 = 19,
  Float8E5M2FnUz = 20,
  Uint4 = 21,
  Int4 = 22,
  Float4E2M1 = 23,
  Uint2 = 24,
  Int2 = 25,
  Float8E8M0 = 26,
};

enum class ONNXType : std::int32_t {
  Unknown = 0,
  Tensor = 1,
  Sequence = 2,
  Map = 3,
  Opaque = 4,
  SparseTensor = 5,
  Optional = 6,
};

enum class AllocatorType : std::int32_t { Invalid = -1, Device = 0, Arena = 1, ReadOnly = 2 };

enum class MemType : std::int32_t { CpuInput = -2, CpuOutput = -1, Default = 0 };

enum class MemoryInfoDeviceType : std::int32_t { Cpu = 0, Gpu = 1, Fpga = 2, Npu = 3 };

enum class ExecutionMode : std::int32_t { Sequential = 0, Parallel = 1 };

enum class GraphOptimizationLevel : std::int32_t {
  Off = 0,
  Basic = 1,
  Extended = 2,
  Layout = 3,
  All = 99,
};

#ifdef _WIN32
using pathchar = wchar_t;
#else
using pathchar = char;
#endif

}  // namespace ort
