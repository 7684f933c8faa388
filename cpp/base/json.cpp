#include "base/json.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "base/errors.h"
#include "base/json_store.h"

namespace onnxformers::json {

namespace {

constexpr std::array<std::string_view, 7> kTypeNames = {
    "null", "a boolean", "an integer", "a number", "a string", "an array", "an object",
};

std::string_view name(Type type) { return kTypeNames[static_cast<std::size_t>(type)]; }

[[noreturn]] void wrong_type(std::string_view where, Type expected, Type got) {
  fail(ErrorKind::FileFormat, where,
       std::string("must be ").append(name(expected)).append(", got ").append(name(got)));
}

void expect_type(const Node& node, Type expected, std::string_view where) {
  if (node.type() != expected) {
    wrong_type(where, expected, node.type());
  }
}

/// The node's children, when it has that type and the index lies in it.
std::uint32_t child(const Node& node, Type container, std::size_t index) {
  expect_type(node, container, "json");
  if (index >= node.size()) {
    fail(ErrorKind::FileFormat, "json",
         std::string(name(container)) + " of " + std::to_string(node.size()) +
             " entries has no entry " + std::to_string(index));
  }
  const auto offset = static_cast<std::uint32_t>(index);
  return node.first() + (container == Type::Object ? 2 * offset : offset);
}

void sort_members(const Store& store, const Node& object, std::vector<std::uint32_t>& members) {
  std::vector<std::uint32_t> order(object.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const int compared = store.key(object, a).compare(store.key(object, b));
    return compared != 0 ? compared < 0 : a < b;
  });
  members = std::move(order);
}

/// The last member of that key by scanning; object.size() when there is none.
std::uint32_t scan(const Store& store, const Node& object, std::string_view key) noexcept {
  for (std::uint32_t i = object.size(); i-- > 0;) {
    if (store.key(object, i) == key) {
      return i;
    }
  }
  return object.size();
}

std::uint32_t search(const Store& store, const Node& object, std::string_view key) noexcept {
  if (object.size() <= kLargeObject) {
    return scan(store, object, key);
  }
  // They are in the order in which the objects end, as their members are.
  KeyIndex& index = *std::ranges::lower_bound(
      store.indexes, object.first(), {}, [](const KeyIndex& entry) { return entry.first_node; });
  try {
    std::call_once(index.once, [&] { sort_members(store, object, index.members); });
  } catch (...) {  // no memory for the index: slow, but right
    return scan(store, object, key);
  }
  // The last of equal keys is the one before the first greater key.
  const auto after = std::ranges::upper_bound(
      index.members, key, {}, [&](std::uint32_t member) { return store.key(object, member); });
  if (after == index.members.begin() || store.key(object, *std::prev(after)) != key) {
    return object.size();
  }
  return *std::prev(after);
}

}  // namespace

Type Value::type() const noexcept { return store_->nodes[node_].type(); }

bool Value::as_bool(std::string_view where) const {
  const Node& node = store_->nodes[node_];
  expect_type(node, Type::Bool, where);
  return node.first() != 0;
}

std::int64_t Value::as_integer(std::string_view where) const {
  const Node& node = store_->nodes[node_];
  expect_type(node, Type::Integer, where);
  return store_->integer(node);
}

double Value::as_number(std::string_view where) const {
  const Node& node = store_->nodes[node_];
  if (node.type() == Type::Integer) {
    return static_cast<double>(store_->integer(node));
  }
  expect_type(node, Type::Number, where);
  return store_->numbers[node.first()];
}

std::string_view Value::as_string(std::string_view where) const {
  const Node& node = store_->nodes[node_];
  expect_type(node, Type::String, where);
  return store_->string(node);
}

std::size_t Value::size() const noexcept {
  const Node& node = store_->nodes[node_];
  return node.type() == Type::Array || node.type() == Type::Object ? node.size() : 0;
}

Value Value::element(std::size_t index) const {
  return {store_, child(store_->nodes[node_], Type::Array, index)};
}

bool Value::read_strings(std::span<std::string_view> strings) const noexcept {
  const Node& array = store_->nodes[node_];
  if (array.type() != Type::Array || array.size() != strings.size()) {
    return false;
  }
  for (std::size_t i = 0; i < strings.size(); ++i) {
    const Node& element = store_->nodes[array.first() + i];
    if (element.type() != Type::String) {
      return false;
    }
    strings[i] = store_->string(element);
  }
  return true;
}

std::string_view Value::key(std::size_t index) const {
  return store_->string(store_->nodes[child(store_->nodes[node_], Type::Object, index)]);
}

Value Value::member(std::size_t index) const {
  return {store_, child(store_->nodes[node_], Type::Object, index) + 1};
}

std::optional<Value> Value::find(std::string_view key) const noexcept {
  const Node& node = store_->nodes[node_];
  if (node.type() != Type::Object) {
    return std::nullopt;
  }
  const std::uint32_t member = search(*store_, node, key);
  if (member == node.size()) {
    return std::nullopt;
  }
  return Value(store_, node.first() + (2 * member) + 1);
}

Value Value::expect(Type type, std::string_view where) const {
  expect_type(store_->nodes[node_], type, where);
  return *this;
}

Document::Document(std::unique_ptr<Store> store) : store_(std::move(store)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Document Document::parse(std::string text, const Limits& limits) {
  auto store = std::make_unique<Store>();
  store->text = std::move(text);
  parse_into(*store, limits);
  return Document(std::move(store));
}

Value Document::root() const noexcept {
  return {store_.get(), static_cast<std::uint32_t>(store_->nodes.size() - 1)};
}

}  // namespace onnxformers::json
