#include "models/fixed_inputs.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"

namespace onnxformers::models {

namespace {

constexpr std::string_view kPlace = "generate";

std::size_t row_count(const runtime::Handle<ort::Value>& value, const std::string& name) {
  return static_cast<std::size_t>(runtime::view_tensor(value.get(), name).shape[0]);
}

runtime::Handle<ort::Value> selected(ort::Value* value, const std::string& name,
                                     std::span<const std::size_t> parents) {
  const runtime::TensorView from = runtime::view_tensor(value, name);
  std::vector<std::int64_t> shape(from.shape.begin(), from.shape.end());
  shape[0] = static_cast<std::int64_t>(parents.size());
  auto made = runtime::make_tensor(from.type, shape);
  const runtime::TensorView to = runtime::view_tensor(made.get(), name);
  const std::size_t size =
      runtime::byte_size(from.type, runtime::element_count(from.shape.subspan(1)));
  auto* target = static_cast<std::byte*>(to.data);
  for (const std::size_t parent : parents) {
    std::memcpy(target, static_cast<const std::byte*>(from.data) + (parent * size), size);
    target += size;
  }
  return made;
}

}  // namespace

FixedInputs::FixedInputs(const DecoderGraph& graph, std::vector<FixedInput> inputs) {
  for (FixedInput& input : inputs) {
    if (!graph.has_input(input.name)) {
      fail(ErrorKind::InvalidArgument, kPlace, "the decoder has no input '" + input.name + "'");
    }
    entries_.push_back({.name = std::move(input.name), .value = std::move(input.value)});
  }
  for (const DecoderPass* pass : {&graph.first(), &graph.later()}) {
    for (const DecoderPass::Input& input : pass->inputs) {
      const runtime::NodeInfo& node = *input.node;
      const auto entry = std::ranges::find(entries_, node.name, &Entry::name);
      if (input.feed == Feed::Fixed && entry == entries_.end()) {
        fail(ErrorKind::InvalidArgument, kPlace, "input '" + node.name + "' is missing");
      }
      if (entry != entries_.end()) {
        const bool is_open = !node.dims.empty() && node.dims[0].size < 0;
        entry->follows_rows = entry->follows_rows || is_open;
      }
    }
  }
}

const ort::Value* FixedInputs::value(std::string_view name) const {
  const auto entry = std::ranges::find(entries_, name, &Entry::name);
  return entry == entries_.end() ? nullptr : entry->value.get();
}

void FixedInputs::drop(std::string_view name) {
  std::erase_if(entries_, [name](const Entry& entry) { return entry.name == name; });
}

bool FixedInputs::has_rows() const noexcept {
  return std::ranges::any_of(entries_, &Entry::follows_rows);
}

void FixedInputs::repeat_to(std::size_t rows) {
  for (Entry& entry : entries_) {
    if (!entry.follows_rows) {
      continue;
    }
    const std::size_t own = row_count(entry.value, entry.name);
    if (own == 0 || rows % own != 0) {
      fail(ErrorKind::InvalidArgument, kPlace,
           "'" + entry.name + "' has " + std::to_string(own) + " rows for a batch of " +
               std::to_string(rows));
    }
    if (own != rows) {
      std::vector<std::size_t> parents(rows);
      for (std::size_t i = 0; i < rows; ++i) {
        parents[i] = i / (rows / own);
      }
      entry.value = selected(entry.value.get(), entry.name, parents);
    }
  }
}

void FixedInputs::select(std::span<const std::size_t> parents) {
  for (Entry& entry : entries_) {
    if (entry.follows_rows) {
      entry.value = selected(entry.value.get(), entry.name, parents);
    }
  }
}

}  // namespace onnxformers::models
