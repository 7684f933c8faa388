#pragma once

// Made by tools/make_ort_table.py from slots.tsv; do not edit.

#include <cstddef>
#include <cstdint>

#include "onnxruntime/types.h"

#ifdef _WIN32
#define ONNXFORMERS_ORT_CALL __stdcall
#else
#define ONNXFORMERS_ORT_CALL
#endif

namespace ort {

/// The function table. A slot may be called if its `since` is at most the library's minor version.
struct Api {
  void* unused_0[1];
  ErrorCode(ONNXFORMERS_ORT_CALL* GetErrorCode)(const Status*);  // 1, since 1
  const char*(ONNXFORMERS_ORT_CALL* GetErrorMessage)(const Status*);  // 2, since 1
  Status*(ONNXFORMERS_ORT_CALL* CreateEnv)(LoggingLevel, const char*, Env**);  // 3, since 1
  void* unused_4[2];
  Status*(ONNXFORMERS_ORT_CALL* DisableTelemetryEvents)(const Env*);  // 6, since 1
  Status*(ONNXFORMERS_ORT_CALL* CreateSession)(const Env*, const pathchar*, const SessionOptions*, Session**);  // 7, since 1
  Status*(ONNXFORMERS_ORT_CALL* CreateSessionFromArray)(const Env*, const void*, std::size_t, const SessionOptions*, Session**);  // 8, since 1
  Status*(ONNXFORMERS_ORT_CALL* Run)(Session*, const RunOptions*, const char* const*, const Value* const*, std::size_t, const char* const*, std::size_t, Value**);  // 9, since 1
  Status*(ONNXFORMERS_ORT_CALL* CreateSessionOptions)(SessionOptions**);  // 10, since 1
  Status*(ONNXFORMERS_ORT_CALL* SetOptimizedModelFilePath)(SessionOptions*, const pathchar*);  // 11, since 1
  void* unused_12[1];
  Status*(ONNXFORMERS_ORT_CALL* SetSessionExecutionMode)(SessionOptions*, ExecutionMode);  // 13, since 1
  void* unused_14[3];
  Status*(ONNXFORMERS_ORT_CALL* DisableMemPattern)(SessionOptions*);  // 17, since 1
  void* unused_18[1];
  Status*(ONNXFORMERS_ORT_CALL* DisableCpuMemArena)(SessionOptions*);  // 19, since 1
  void* unused_20[2];
  Status*(ONNXFORMERS_ORT_CALL* SetSessionLogSeverityLevel)(SessionOptions*, int);  // 22, since 1
  Status*(ONNXFORMERS_ORT_CALL* SetSessionGraphOptimizationLevel)(SessionOptions*, GraphOptimizationLevel);  // 23, since 1
  Status*(ONNXFORMERS_ORT_CALL* SetIntraOpNumThreads)(SessionOptions*, int);  // 24, since 1
  Status*(ONNXFORMERS_ORT_CALL* SetInterOpNumThreads)(SessionOptions*, int);  // 25, since 1
  void* unused_26[4];
  Status*(ONNXFORMERS_ORT_CALL* SessionGetInputCount)(const Session*, std::size_t*);  // 30, since 1
  Status*(ONNXFORMERS_ORT_CALL* SessionGetOutputCount)(const Session*, std::size_t*);  // 31, since 1
  void* unused_32[1];
  Status*(ONNXFORMERS_ORT_CALL* SessionGetInputTypeInfo)(const Session*, std::size_t, TypeInfo**);  // 33, since 1
  Status*(ONNXFORMERS_ORT_CALL* SessionGetOutputTypeInfo)(const Session*, std::size_t, TypeInfo**);  // 34, since 1
  void* unused_35[1];
  Status*(ONNXFORMERS_ORT_CALL* SessionGetInputName)(const Session*, std::size_t, Allocator*, char**);  // 36, since 1
  Status*(ONNXFORMERS_ORT_CALL* SessionGetOutputName)(const Session*, std::size_t, Allocator*, char**);  // 37, since 1
  void* unused_38[1];
  Status*(ONNXFORMERS_ORT_CALL* CreateRunOptions)(RunOptions**);  // 39, since 1
  void* unused_40[1];
  Status*(ONNXFORMERS_ORT_CALL* RunOptionsSetRunLogSeverityLevel)(RunOptions*, int);  // 41, since 1
  void* unused_42[4];
  Status*(ONNXFORMERS_ORT_CALL* RunOptionsSetTerminate)(RunOptions*);  // 46, since 1
  Status*(ONNXFORMERS_ORT_CALL* RunOptionsUnsetTerminate)(RunOptions*);  // 47, since 1
  Status*(ONNXFORMERS_ORT_CALL* CreateTensorAsOrtValue)(Allocator*, const std::int64_t*, std::size_t, ElemType, Value**);  // 48, since 1
  Status*(ONNXFORMERS_ORT_CALL* CreateTensorWithDataAsOrtValue)(const MemoryInfo*, void*, std::size_t, const std::int64_t*, std::size_t, ElemType, Value**);  // 49, since 1
  void* unused_50[1];
  Status*(ONNXFORMERS_ORT_CALL* GetTensorMutableData)(Value*, void**);  // 51, since 1
  void* unused_52[1];
  Status*(ONNXFORMERS_ORT_CALL* GetStringTensorDataLength)(const Value*, std::size_t*);  // 53, since 1
  Status*(ONNXFORMERS_ORT_CALL* GetStringTensorContent)(const Value*, void*, std::size_t, std::size_t*, std::size_t);  // 54, since 1
  Status*(ONNXFORMERS_ORT_CALL* CastTypeInfoToTensorInfo)(const TypeInfo*, const TensorTypeAndShapeInfo**);  // 55, since 1
  Status*(ONNXFORMERS_ORT_CALL* GetOnnxTypeFromTypeInfo)(const TypeInfo*, ONNXType*);  // 56, since 1
  void* unused_57[3];
  Status*(ONNXFORMERS_ORT_CALL* GetTensorElementType)(const TensorTypeAndShapeInfo*, ElemType*);  // 60, since 1
  Status*(ONNXFORMERS_ORT_CALL* GetDimensionsCount)(const TensorTypeAndShapeInfo*, std::size_t*);  // 61, since 1
  Status*(ONNXFORMERS_ORT_CALL* GetDimensions)(const TensorTypeAndShapeInfo*, std::int64_t*, std::size_t);  // 62, since 1
  Status*(ONNXFORMERS_ORT_CALL* GetSymbolicDimensions)(const TensorTypeAndShapeInfo*, const char**, std::size_t);  // 63, since 1
  void* unused_64[1];
  Status*(ONNXFORMERS_ORT_CALL* GetTensorTypeAndShape)(const Value*, TensorTypeAndShapeInfo**);  // 65, since 1
  void* unused_66[1];
  Status*(ONNXFORMERS_ORT_CALL* GetValueType)(const Value*, ONNXType*);  // 67, since 1
  Status*(ONNXFORMERS_ORT_CALL* CreateMemoryInfo)(const char*, AllocatorType, int, MemType, MemoryInfo**);  // 68, since 1
  Status*(ONNXFORMERS_ORT_CALL* CreateCpuMemoryInfo)(AllocatorType, MemType, MemoryInfo**);  // 69, since 1
  void* unused_70[6];
  Status*(ONNXFORMERS_ORT_CALL* AllocatorFree)(Allocator*, void*);  // 76, since 1
  void* unused_77[1];
  Status*(ONNXFORMERS_ORT_CALL* GetAllocatorWithDefaultOptions)(Allocator**);  // 78, since 1
  void* unused_79[14];
  void(ONNXFORMERS_ORT_CALL* ReleaseStatus)(Status*);  // 93, since 1
  void(ONNXFORMERS_ORT_CALL* ReleaseMemoryInfo)(MemoryInfo*);  // 94, since 1
  void(ONNXFORMERS_ORT_CALL* ReleaseSession)(Session*);  // 95, since 1
  void(ONNXFORMERS_ORT_CALL* ReleaseValue)(Value*);  // 96, since 1
  void(ONNXFORMERS_ORT_CALL* ReleaseRunOptions)(RunOptions*);  // 97, since 1
  void(ONNXFORMERS_ORT_CALL* ReleaseTypeInfo)(TypeInfo*);  // 98, since 1
  void(ONNXFORMERS_ORT_CALL* ReleaseTensorTypeAndShapeInfo)(TensorTypeAndShapeInfo*);  // 99, since 1
  void(ONNXFORMERS_ORT_CALL* ReleaseSessionOptions)(SessionOptions*);  // 100, since 1
  void* unused_101[10];
  Status*(ONNXFORMERS_ORT_CALL* SessionGetModelMetadata)(const Session*, ModelMetadata**);  // 111, since 2
  Status*(ONNXFORMERS_ORT_CALL* ModelMetadataGetProducerName)(const ModelMetadata*, Allocator*, char**);  // 112, since 2
  Status*(ONNXFORMERS_ORT_CALL* ModelMetadataGetGraphName)(const ModelMetadata*, Allocator*, char**);  // 113, since 2
  Status*(ONNXFORMERS_ORT_CALL* ModelMetadataGetDomain)(const ModelMetadata*, Allocator*, char**);  // 114, since 2
  Status*(ONNXFORMERS_ORT_CALL* ModelMetadataGetDescription)(const ModelMetadata*, Allocator*, char**);  // 115, since 2
  Status*(ONNXFORMERS_ORT_CALL* ModelMetadataLookupCustomMetadataMap)(const ModelMetadata*, Allocator*, const char*, char**);  // 116, since 2
  Status*(ONNXFORMERS_ORT_CALL* ModelMetadataGetVersion)(const ModelMetadata*, std::int64_t*);  // 117, since 2
  void(ONNXFORMERS_ORT_CALL* ReleaseModelMetadata)(ModelMetadata*);  // 118, since 2
  Status*(ONNXFORMERS_ORT_CALL* CreateEnvWithGlobalThreadPools)(LoggingLevel, const char*, const ThreadingOptions*, Env**);  // 119, since 3
  Status*(ONNXFORMERS_ORT_CALL* DisablePerSessionThreads)(SessionOptions*);  // 120, since 3
  Status*(ONNXFORMERS_ORT_CALL* CreateThreadingOptions)(ThreadingOptions**);  // 121, since 3
  void(ONNXFORMERS_ORT_CALL* ReleaseThreadingOptions)(ThreadingOptions*);  // 122, since 3
  Status*(ONNXFORMERS_ORT_CALL* ModelMetadataGetCustomMetadataMapKeys)(const ModelMetadata*, Allocator*, char***, std::int64_t*);  // 123, since 3
  Status*(ONNXFORMERS_ORT_CALL* AddFreeDimensionOverrideByName)(SessionOptions*, const char*, std::int64_t);  // 124, since 3
  Status*(ONNXFORMERS_ORT_CALL* GetAvailableProviders)(char***, int*);  // 125, since 4
  Status*(ONNXFORMERS_ORT_CALL* ReleaseAvailableProviders)(char**, int);  // 126, since 4
  void* unused_127[3];
  Status*(ONNXFORMERS_ORT_CALL* AddSessionConfigEntry)(SessionOptions*, const char*, const char*);  // 130, since 5
  void* unused_131[2];
  Status*(ONNXFORMERS_ORT_CALL* RunWithBinding)(Session*, const RunOptions*, const IoBinding*);  // 133, since 5
  Status*(ONNXFORMERS_ORT_CALL* CreateIoBinding)(Session*, IoBinding**);  // 134, since 5
  void(ONNXFORMERS_ORT_CALL* ReleaseIoBinding)(IoBinding*);  // 135, since 5
  Status*(ONNXFORMERS_ORT_CALL* BindInput)(IoBinding*, const char*, const Value*);  // 136, since 5
  Status*(ONNXFORMERS_ORT_CALL* BindOutput)(IoBinding*, const char*, const Value*);  // 137, since 5
  Status*(ONNXFORMERS_ORT_CALL* BindOutputToDevice)(IoBinding*, const char*, const MemoryInfo*);  // 138, since 5
  void* unused_139[1];
  Status*(ONNXFORMERS_ORT_CALL* GetBoundOutputValues)(const IoBinding*, Allocator*, Value***, std::size_t*);  // 140, since 5
  void(ONNXFORMERS_ORT_CALL* ClearBoundInputs)(IoBinding*);  // 141, since 5
  void(ONNXFORMERS_ORT_CALL* ClearBoundOutputs)(IoBinding*);  // 142, since 5
  void* unused_143[4];
  Status*(ONNXFORMERS_ORT_CALL* SetGlobalIntraOpNumThreads)(ThreadingOptions*, int);  // 147, since 5
  Status*(ONNXFORMERS_ORT_CALL* SetGlobalInterOpNumThreads)(ThreadingOptions*, int);  // 148, since 5
  Status*(ONNXFORMERS_ORT_CALL* SetGlobalSpinControl)(ThreadingOptions*, int);  // 149, since 5
  void* unused_150[20];
  Status*(ONNXFORMERS_ORT_CALL* SessionOptionsAppendExecutionProvider_TensorRT_V2)(SessionOptions*, const TensorRTProviderOptionsV2*);  // 170, since 9
  Status*(ONNXFORMERS_ORT_CALL* CreateTensorRTProviderOptions)(TensorRTProviderOptionsV2**);  // 171, since 9
  Status*(ONNXFORMERS_ORT_CALL* UpdateTensorRTProviderOptions)(TensorRTProviderOptionsV2*, const char* const*, const char* const*, std::size_t);  // 172, since 9
  void* unused_173[1];
  void(ONNXFORMERS_ORT_CALL* ReleaseTensorRTProviderOptions)(TensorRTProviderOptionsV2*);  // 174, since 9
  void* unused_175[19];
  Status*(ONNXFORMERS_ORT_CALL* GetTensorMemoryInfo)(const Value*, const MemoryInfo**);  // 194, since 10
  void* unused_195[7];
  Status*(ONNXFORMERS_ORT_CALL* SynchronizeBoundInputs)(IoBinding*);  // 202, since 10
  Status*(ONNXFORMERS_ORT_CALL* SynchronizeBoundOutputs)(IoBinding*);  // 203, since 10
  Status*(ONNXFORMERS_ORT_CALL* SessionOptionsAppendExecutionProvider_CUDA_V2)(SessionOptions*, const CUDAProviderOptionsV2*);  // 204, since 11
  Status*(ONNXFORMERS_ORT_CALL* CreateCUDAProviderOptions)(CUDAProviderOptionsV2**);  // 205, since 11
  Status*(ONNXFORMERS_ORT_CALL* UpdateCUDAProviderOptions)(CUDAProviderOptionsV2*, const char* const*, const char* const*, std::size_t);  // 206, since 11
  void* unused_207[1];
  void(ONNXFORMERS_ORT_CALL* ReleaseCUDAProviderOptions)(CUDAProviderOptionsV2*);  // 208, since 11
  void* unused_209[7];
  Status*(ONNXFORMERS_ORT_CALL* SessionOptionsAppendExecutionProvider)(SessionOptions*, const char*, const char* const*, const char* const*, std::size_t);  // 216, since 12
  void* unused_217[8];
  void(ONNXFORMERS_ORT_CALL* MemoryInfoGetDeviceType)(const MemoryInfo*, MemoryInfoDeviceType*);  // 225, since 14
  void* unused_226[26];
  Status*(ONNXFORMERS_ORT_CALL* GetResizedStringTensorElementBuffer)(Value*, std::size_t, std::size_t, char**);  // 252, since 15
  void* unused_253[1];
  const char*(ONNXFORMERS_ORT_CALL* GetBuildInfoString)();  // 254, since 15
  void* unused_255[24];
  Status*(ONNXFORMERS_ORT_CALL* AddExternalInitializersFromFilesInMemory)(SessionOptions*, const pathchar* const*, char* const*, const std::size_t*, std::size_t);  // 279, since 18
  void* unused_280[110];
  bool(ONNXFORMERS_ORT_CALL* TensorTypeAndShape_HasShape)(const TensorTypeAndShapeInfo*);  // 390, since 24
  void* unused_391[23];
  Status*(ONNXFORMERS_ORT_CALL* GetTensorElementTypeAndShapeDataReference)(const Value*, ElemType*, const std::int64_t**, std::size_t*);  // 414, since 24
};

/// What the exported function OrtGetApiBase returns.
struct ApiBase {
  const Api*(ONNXFORMERS_ORT_CALL* GetApi)(std::uint32_t version);
  const char*(ONNXFORMERS_ORT_CALL* GetVersionString)();
};

/// First API version of the slots that the oldest library we take lacks: compare before use.
namespace since {
inline constexpr std::uint32_t kTensorTypeAndShape_HasShape = 24;
inline constexpr std::uint32_t kGetTensorElementTypeAndShapeDataReference = 24;
}  // namespace since

}  // namespace ort
