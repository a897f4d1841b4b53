// The plugin's entry: the table of C functions, each with the barrier that no exception passes, and
// the note that the hub reads before it loads anything. Not for authors.
#pragma once

#include <entrepot_connector.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <type_traits>

#include "entrepot/sdk/connector.h"
#include "entrepot/sdk/detail/instance.h"

namespace entrepot::sdk::detail {

inline entrepot_status Fail(const entrepot_host* host, entrepot_call* call, Status status,
                            std::string_view message, int64_t retry_after_ms = -1) noexcept {
  const auto code = static_cast<entrepot_status>(status);
  if (ENTREPOT_HAS(host, fail)) host->fail(call, code, View(message), retry_after_ms);
  return code;
}

// The barrier: runs `body` and turns whatever it throws into a status.
template <typename Body>
entrepot_status Guard(const entrepot_host* host, entrepot_call* call, const Body& body) noexcept {
  try {
    body();
    return ENTREPOT_OK;
  } catch (const Error& error) {
    return Fail(host, call, error.status(), error.message(), error.retry_after().count());
  } catch (const protozero::exception& error) {
    return Fail(host, call, Status::kBadData, "the hub's request is not a valid message");
  } catch (const std::bad_alloc&) {
    return Fail(host, call, Status::kInternal, "out of memory");
  } catch (const std::exception& error) {
    return Fail(host, call, Status::kInternal, error.what());
  } catch (...) {
    return Fail(host, call, Status::kInternal, "an exception that is no std::exception");
  }
}

// Copies the parts into memory of the host's.
inline void Respond(const entrepot_host* host, entrepot_call* call, entrepot_view* response,
                    std::initializer_list<std::string_view> parts) {
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  *response = {nullptr, 0};
  if (size == 0) return;
  uint8_t* to = ENTREPOT_HAS(host, alloc) ? host->alloc(call, size) : nullptr;
  if (to == nullptr) {
    throw Internal("the hub gives no memory for an answer of " + std::to_string(size) + " bytes");
  }
  *response = {to, size};
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
}

// What the table of one Class needs beside the functions; lives as long as the process, because the
// hub never unloads a plugin and may use the table until the very end.
struct Described {
  Manifest manifest;
  std::string bytes;
  entrepot_connector table = {};
};

template <typename Class>
struct Thunks {
  static inline Described* described = nullptr;

  static void* Create(const entrepot_host* host) noexcept {
    if (host == nullptr || host->abi_major != ENTREPOT_ABI_MAJOR) return nullptr;
    return new (std::nothrow) Instance(host);
  }

  static void Destroy(void* instance) noexcept { delete static_cast<Instance*>(instance); }

  static void Interrupt(void* instance) noexcept {
    try {
      static_cast<Instance*>(instance)->Interrupt();
    } catch (...) {
      // The running call still sees the host's flag.
    }
  }

  static entrepot_status Open(void* self, entrepot_call* call, entrepot_view request,
                              entrepot_view* response) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    return Guard(instance.host(), call, [&] {
      *response = {nullptr, 0};
      instance.BeginCall();
      const Settings settings = SettingsOf(OpenRequest::Decode(Text(request)));
      instance.Put(std::make_unique<Class>());
      try {
        Call context(&instance, call);
        instance.connector().Open(context, settings);
      } catch (...) {
        instance.Drop();
        throw;
      }
    });
  }

  static entrepot_status Close(void* self, entrepot_call* call, entrepot_view,
                               entrepot_view* response) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    const entrepot_status status = Guard(instance.host(), call, [&] {
      *response = {nullptr, 0};
      instance.BeginCall();
      Call context(&instance, call);
      instance.connector().Close(context);
    });
    instance.Drop();
    return status;
  }

  static entrepot_status Read(void* self, entrepot_call* call, entrepot_view request,
                              entrepot_view* response) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    return Guard(instance.host(), call, [&] {
      *response = {nullptr, 0};
      instance.BeginCall();
      const ReadRequest parsed = ReadRequest::Decode(Text(request));
      Call context(&instance, call);
      Batch batch(parsed.rows_max, parsed.bytes_max);
      instance.connector().Read(context, parsed, batch);
      if (batch.next_cursor.empty()) batch.next_cursor = parsed.cursor;
      std::string head, tail;
      batch.Encode(&head, &tail);
      Respond(instance.host(), call, response, {head, batch.rows().bytes(), tail});
    });
  }

  static entrepot_status Wait(void* self, entrepot_call* call, entrepot_view request,
                              entrepot_view* response) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    return Guard(instance.host(), call, [&] {
      *response = {nullptr, 0};
      instance.BeginCall();
      const WaitRequest parsed = WaitRequest::Decode(Text(request));
      const Duration timeout = parsed.timeout.value_or(Duration{});
      Call context(&instance, call);
      WaitResponse answer;
      answer.changed = instance.connector().Wait(
          context, std::chrono::milliseconds(timeout.seconds * 1000 + timeout.nanos / 1'000'000));
      Respond(instance.host(), call, response, {answer.Encode()});
    });
  }

  // Every other method: decode, call, encode.
  template <typename Request, typename Response, auto method>
  static entrepot_status Method(void* self, entrepot_call* call, entrepot_view request,
                                entrepot_view* response) noexcept {
    auto& instance = *static_cast<Instance*>(self);
    return Guard(instance.host(), call, [&] {
      *response = {nullptr, 0};
      instance.BeginCall();
      const Request parsed = Request::Decode(Text(request));
      Call context(&instance, call);
      Response answer;
      if constexpr (std::is_invocable_v<decltype(method), Connector&, Call&, Response&>) {
        (instance.connector().*method)(context, answer);
      } else {
        (instance.connector().*method)(context, parsed, answer);
      }
      Respond(instance.host(), call, response, {answer.Encode()});
    });
  }

  static Settings SettingsOf(const OpenRequest& request) {
    Settings settings;
    settings.connection = request.connection;
    settings.time_zone = request.time_zone;
    settings.contract = request.contract;
    settings.options = Options(request.options, described->manifest.options, "");
    for (const Dataset& dataset : request.datasets) {
      settings.datasets.push_back({dataset.name, dataset.kind, dataset.key,
                                   Options(dataset.options, described->manifest.dataset_options,
                                           "dataset '" + dataset.name + "'")});
    }
    return settings;
  }

  // Null where Class does not override the method.
  template <auto own, auto base>
  static constexpr bool kHas = !std::is_same_v<decltype(own), decltype(base)>;

  static entrepot_connector Table() {
    entrepot_connector table = {};
    table.struct_size = sizeof(table);
    table.abi_major = ENTREPOT_ABI_MAJOR;
    table.abi_minor = ENTREPOT_ABI_MINOR;
    table.create = Create;
    table.destroy = Destroy;
    table.open = Open;
    table.close = Close;
    table.interrupt = Interrupt;
    if constexpr (kHas<&Class::Check, &Connector::Check>) {
      table.check = Method<CheckRequest, CheckResponse, &Connector::Check>;
    }
    if constexpr (kHas<&Class::Discover, &Connector::Discover>) {
      table.discover = Method<DiscoverRequest, DiscoverResponse, &Connector::Discover>;
    }
    if constexpr (kHas<&Class::Read, &Connector::Read>) table.read = Read;
    if constexpr (kHas<&Class::Apply, &Connector::Apply>) {
      table.apply = Method<ApplyRequest, ApplyResponse, &Connector::Apply>;
    }
    if constexpr (kHas<&Class::Find, &Connector::Find>) {
      table.find = Method<FindRequest, FindResponse, &Connector::Find>;
    }
    if constexpr (kHas<&Class::List, &Connector::List>) {
      table.list = Method<ListRequest, ListResponse, &Connector::List>;
    }
    if constexpr (kHas<&Class::Wait, &Connector::Wait>) table.wait = Wait;
    return table;
  }
};

// Null when the manifest cannot be made; nothing else can fail.
template <typename Class>
const entrepot_connector* Entry(uint32_t, const char* id, const char* version,
                                void (*describe)(ManifestBuilder&)) noexcept {
  try {
    static Described* const described = [&] {
      auto* made = new Described;  // see Described: never freed
      ManifestBuilder builder(id, version);
      describe(builder);
      made->manifest = builder.Build();
      made->bytes = made->manifest.Encode();
      made->table = Thunks<Class>::Table();
      made->table.manifest = View(made->bytes);
      Thunks<Class>::described = made;
      return made;
    }();
    return &described->table;
  } catch (...) {
    return nullptr;
  }
}

}  // namespace entrepot::sdk::detail

#define ENTREPOT_TEXT_INNER(x) #x
#define ENTREPOT_TEXT(x) ENTREPOT_TEXT_INNER(x)

// The ELF note, written by the assembler so that the section is a true note, which stripping and
// garbage collection keep. Its text is "<abi major>.<abi minor> <id>"; see entrepot_connector.h.
#define ENTREPOT_CONNECTOR_NOTE(id) \
  __asm__(".pushsection " ENTREPOT_NOTE_SECTION ", \"a\", %note\n"             \
          ".balign 4\n"                                                        \
          ".long 2f - 1f\n"                                                    \
          ".long 4f - 3f\n"                                                    \
          ".long " ENTREPOT_TEXT(ENTREPOT_NOTE_TYPE) "\n"               \
          "1: .asciz \"" ENTREPOT_NOTE_NAME "\"\n"                             \
          "2: .balign 4\n"                                                     \
          "3: .ascii \"" ENTREPOT_ABI_TEXT " " id "\"\n"                       \
          "4: .balign 4\n"                                                     \
          ".popsection\n");
