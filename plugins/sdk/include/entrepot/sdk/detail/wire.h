// What the generated messages need of protozero. Not for authors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace entrepot::sdk::detail {

// The bytes of the length-delimited field that the reader stands on.
inline std::string_view ViewOf(protozero::pbf_reader& reader) {
  const protozero::data_view view = reader.get_view();
  return {view.data(), view.size()};
}

// Appends `message` as field `number`. `out` is the writer's buffer. protozero drops a nested
// message that turned out empty, but an empty Decimal is zero and must arrive.
template <typename Message>
void AppendMessage(protozero::pbf_writer& writer, std::string& out, uint32_t number,
                   const Message& message) {
  const size_t before = out.size();
  {
    protozero::pbf_writer nested{writer, number};
    message.AppendTo(out);
  }
  if (out.size() == before) writer.add_message(number, "", 0);
}

template <typename Enum>
void AppendPackedEnum(protozero::pbf_writer& writer, uint32_t number,
                      const std::vector<Enum>& values) {
  std::vector<int32_t> numbers;
  for (const Enum value : values) numbers.push_back(static_cast<int32_t>(value));
  writer.add_packed_int32(number, numbers.begin(), numbers.end());
}

template <typename Message>
void MergeOptional(std::optional<Message>& to, protozero::pbf_reader& reader) {
  if (!to) to.emplace();
  to->Merge(ViewOf(reader));
}

template <size_t index, typename Variant>
void MergeOneof(Variant& to, protozero::pbf_reader& reader) {
  if (to.index() != index) to.template emplace<index>();
  std::get<index>(to).Merge(ViewOf(reader));
}

inline void SkipAll(std::string_view bytes) {
  protozero::pbf_reader reader{bytes.data(), bytes.size()};
  while (reader.next()) reader.skip();
}

}  // namespace entrepot::sdk::detail
