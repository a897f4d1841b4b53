#include "plugins/host/elf_image.h"

#include <elf.h>

#include <cstring>
#include <optional>
#include <type_traits>

#include "core/base/status_macros.h"

namespace entrepot::host {
namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#else
#error "name this processor's ELF machine"
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
constexpr unsigned char kByteOrder = ELFDATA2LSB;
#else
constexpr unsigned char kByteOrder = ELFDATA2MSB;
#endif

// More than any real connector has; keeps a hostile file from costing much.
constexpr size_t kSectionsMax = 4096;

absl::Status Refused(const char* why) { return absl::InvalidArgumentError(why); }
absl::Status Damaged() { return Refused("is damaged: its tables point outside the file"); }

// Copies a T from the bytes: the file's structs may lie at any alignment.
template <typename T>
std::optional<T> At(std::string_view bytes, uint64_t offset) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

std::optional<std::string_view> Part(std::string_view bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || bytes.size() - offset < size) return std::nullopt;
  return bytes.substr(offset, size);
}

// The terminated text at an offset of a string table.
std::optional<std::string_view> TextAt(std::string_view table, uint64_t offset) {
  if (offset >= table.size()) return std::nullopt;
  const size_t end = table.find('\0', offset);
  if (end == std::string_view::npos) return std::nullopt;
  return table.substr(offset, end - offset);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  absl::StatusOr<ElfImage> Read(std::string_view note_section) {
    RETURN_IF_ERROR(ReadHeader());
    RETURN_IF_ERROR(ReadSections());
    for (const Elf64_Shdr& section : sections_) {
      const auto name = TextAt(section_names_, section.sh_name);
      if (!name) return Damaged();
      if (section.sh_type == SHT_DYNSYM) RETURN_IF_ERROR(ReadSymbols(section));
      if (section.sh_type == SHT_DYNAMIC) RETURN_IF_ERROR(ReadDynamic(section));
      if (*name == note_section && section.sh_type != SHT_NOBITS) {
        RETURN_IF_ERROR(ReadNotes(section));
      }
    }
    return std::move(image_);
  }

 private:
  absl::Status ReadHeader() {
    if (bytes_.size() < EI_NIDENT || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0) {
      return Refused("is no shared object");
    }
    const auto header = At<Elf64_Ehdr>(bytes_, 0);
    if (!header) return Damaged();
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != kByteOrder ||
        header->e_machine != kMachine) {
      return Refused("is built for another processor");
    }
    if (header->e_type != ET_DYN)
      return Refused("is no shared object, but another kind of ELF file");
    header_ = *header;
    return absl::OkStatus();
  }

  absl::Status ReadSections() {
    if (header_.e_shnum == 0) {
      return Refused("has no section table, so that it cannot be inspected: do not strip that");
    }
    if (header_.e_shentsize != sizeof(Elf64_Shdr) || header_.e_shnum > kSectionsMax) {
      return Damaged();
    }
    for (uint64_t i = 0; i < header_.e_shnum; ++i) {
      if (header_.e_shoff > bytes_.size()) return Damaged();
      const auto section = At<Elf64_Shdr>(bytes_, header_.e_shoff + i * sizeof(Elf64_Shdr));
      if (!section) return Damaged();
      sections_.push_back(*section);
    }
    const auto names = StringsOf(header_.e_shstrndx);
    if (!names) return Damaged();
    section_names_ = *names;
    return absl::OkStatus();
  }

  std::optional<std::string_view> StringsOf(uint64_t section) const {
    if (section >= sections_.size() || sections_[section].sh_type != SHT_STRTAB) {
      return std::nullopt;
    }
    return Part(bytes_, sections_[section].sh_offset, sections_[section].sh_size);
  }

  absl::Status ReadSymbols(const Elf64_Shdr& section) {
    const auto part = Part(bytes_, section.sh_offset, section.sh_size);
    const auto strings = StringsOf(section.sh_link);
    if (!part || !strings) return Damaged();
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= part->size(); at += sizeof(Elf64_Sym)) {
      const Elf64_Sym symbol = *At<Elf64_Sym>(*part, at);
      const unsigned binding = ELF64_ST_BIND(symbol.st_info);
      const unsigned visibility = ELF64_ST_VISIBILITY(symbol.st_other);
      const bool visible = visibility == STV_DEFAULT || visibility == STV_PROTECTED;
      if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL || !visible) continue;
      const auto name = TextAt(*strings, symbol.st_name);
      if (!name) return Damaged();
      image_.exports.push_back({*name, binding == STB_GNU_UNIQUE});
    }
    return absl::OkStatus();
  }

  absl::Status ReadDynamic(const Elf64_Shdr& section) {
    const auto part = Part(bytes_, section.sh_offset, section.sh_size);
    const auto strings = StringsOf(section.sh_link);
    if (!part || !strings) return Damaged();
    for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= part->size(); at += sizeof(Elf64_Dyn)) {
      const Elf64_Dyn entry = *At<Elf64_Dyn>(*part, at);
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag != DT_NEEDED) continue;
      const auto name = TextAt(*strings, entry.d_un.d_val);
      if (!name) return Damaged();
      image_.needed.push_back(*name);
    }
    return absl::OkStatus();
  }

  absl::Status ReadNotes(const Elf64_Shdr& section) {
    auto rest = Part(bytes_, section.sh_offset, section.sh_size);
    if (!rest) return Damaged();
    const auto padded = [](uint64_t size) { return (size + 3) & ~uint64_t{3}; };
    while (!rest->empty()) {
      const auto note = At<Elf64_Nhdr>(*rest, 0);
      if (!note) return Damaged();
      const uint64_t description_at = sizeof(Elf64_Nhdr) + padded(note->n_namesz);
      const auto name = Part(*rest, sizeof(Elf64_Nhdr), note->n_namesz);
      const auto description = Part(*rest, description_at, note->n_descsz);
      if (!name || !description) return Damaged();
      image_.notes.push_back({name->substr(0, name->find('\0')), note->n_type, *description});
      rest->remove_prefix(
          std::min<uint64_t>(rest->size(), description_at + padded(note->n_descsz)));
    }
    return absl::OkStatus();
  }

  std::string_view bytes_;
  Elf64_Ehdr header_ = {};
  std::vector<Elf64_Shdr> sections_;
  std::string_view section_names_;
  ElfImage image_;
};

}  // namespace

absl::StatusOr<ElfImage> ReadElf(std::string_view bytes, std::string_view note_section) {
  return Reader(bytes).Read(note_section);
}

}  // namespace entrepot::host
