#include "plugins/host/inspection.h"

#include <fmt/core.h>

#include <charconv>
#include <fstream>
#include <optional>
#include <system_error>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "plugins/abi/entrepot_connector.h"
#include "plugins/host/elf_image.h"

namespace entrepot::host {
namespace {

absl::Status Refused(const std::filesystem::path& file, std::string_view why) {
  return Failure(absl::StatusCode::kFailedPrecondition, "CONNECTOR_REFUSED",
                 fmt::format("{} {}", file.string(), why));
}

// Two copies of these in one process abort or corrupt it.
constexpr std::string_view kForbidden[] = {"libprotobuf", "libprotoc", "libgrpc", "libspdlog"};

// "1.0 csv".
bool ParseDescription(std::string_view text, Inspection* inspection) {
  const char* at = text.data();
  const char* const end = at + text.size();
  auto number = std::from_chars(at, end, inspection->abi_major);
  if (number.ec != std::errc() || number.ptr == end || *number.ptr != '.') return false;
  number = std::from_chars(number.ptr + 1, end, inspection->abi_minor);
  if (number.ec != std::errc() || number.ptr == end || *number.ptr != ' ') return false;
  inspection->id.assign(number.ptr + 1, end);
  for (const char c : inspection->id) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!allowed) return false;
  }
  return !inspection->id.empty();
}

// One shared object may carry a note for each ABI that it speaks.
absl::StatusOr<Inspection> ReadNote(const std::filesystem::path& file, const ElfImage& image) {
  std::optional<Inspection> other;
  for (const ElfImage::Note& note : image.notes) {
    if (note.name != ENTREPOT_NOTE_NAME || note.type != ENTREPOT_NOTE_TYPE) continue;
    Inspection inspection;
    if (!ParseDescription(note.description, &inspection)) {
      return Refused(file, "carries a connector note that cannot be read");
    }
    if (inspection.abi_major == ENTREPOT_ABI_MAJOR) return inspection;
    other = inspection;
  }
  if (!other) {
    return Refused(file,
                   "is no Entrepot connector: it carries no connector note. Build it with the SDK "
                   "(ENTREPOT_CONNECTOR)");
  }
  return Refused(file,
                 fmt::format("speaks connector ABI {}.{}, this hub {}: {}", other->abi_major,
                             other->abi_minor, ENTREPOT_ABI_TEXT,
                             other->abi_major < ENTREPOT_ABI_MAJOR ? "build it with a newer SDK"
                                                                   : "it needs a newer hub"));
}

absl::Status CheckExports(const std::filesystem::path& file, const ElfImage& image) {
  constexpr std::string_view kFamily = "entrepot_connector_entry_v";
  bool has_entry = false;
  for (const ElfImage::Symbol& symbol : image.exports) {
    if (symbol.unique) {
      return Refused(file, fmt::format("exports '{}' as a unique symbol, which ties it to other "
                                       "libraries: build it with -fno-gnu-unique and the SDK's "
                                       "version script (entrepot_add_connector does)",
                                       symbol.name));
    }
    has_entry = has_entry || symbol.name == ENTREPOT_ENTRY_NAME;
    if (symbol.name.substr(0, kFamily.size()) == kFamily) continue;
    return Refused(file, fmt::format("exports '{}' beside its entry, which may meet a symbol of "
                                     "another library: link it with the SDK's version script "
                                     "(entrepot_add_connector does)",
                                     symbol.name));
  }
  if (!has_entry) return Refused(file, fmt::format("does not export {}", ENTREPOT_ENTRY_NAME));
  return absl::OkStatus();
}

absl::Status CheckNeeded(const std::filesystem::path& file, const ElfImage& image) {
  for (const std::string_view library : image.needed) {
    for (const std::string_view forbidden : kForbidden) {
      if (library.substr(0, forbidden.size()) != forbidden) continue;
      return Refused(file, fmt::format("links {}: two copies of it in one process abort or corrupt "
                                       "it. Use the SDK's own messages and log instead",
                                       library));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadPlugin(const std::filesystem::path& file) {
  std::error_code code;
  const auto status = std::filesystem::status(file, code);
  if (!std::filesystem::exists(status)) {
    return Failure(absl::StatusCode::kNotFound, "CONNECTOR_NOT_FOUND",
                   fmt::format("{} does not exist", file.string()));
  }
  if (!std::filesystem::is_regular_file(status)) return Refused(file, "is no ordinary file");
  const uint64_t size = std::filesystem::file_size(file, code);
  if (code || size > kPluginBytesMax) {
    return Refused(file, fmt::format("is larger than {} bytes", kPluginBytesMax));
  }
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(size, '\0');
  if (!stream) {
    return Failure(absl::StatusCode::kPermissionDenied, "CONNECTOR_REFUSED",
                   fmt::format("{} cannot be read by this user", file.string()));
  }
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (static_cast<uint64_t>(stream.gcount()) != size) {
    return Refused(file, "changed while it was read: is it still being copied?");
  }
  return bytes;
}

absl::StatusOr<Inspection> Inspect(const std::filesystem::path& file, std::string_view bytes) {
  const absl::StatusOr<ElfImage> image = ReadElf(bytes, ENTREPOT_NOTE_SECTION);
  if (!image.ok()) return Refused(file, StdView(image.status().message()));
  ASSIGN_OR_RETURN(Inspection inspection, ReadNote(file, *image));
  RETURN_IF_ERROR(CheckNeeded(file, *image));
  RETURN_IF_ERROR(CheckExports(file, *image));
  return inspection;
}

}  // namespace entrepot::host
