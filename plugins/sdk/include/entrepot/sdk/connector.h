// The one header that the author of a connector includes. A connector is a class derived from
// Connector and one line, ENTREPOT_CONNECTOR; see examples/minimal_connector. Header-only, C++20;
// links neither protobuf nor gRPC. Messages (Record, Invoice, ApplyRequest …) are plain structs
// generated from proto/entrepot: a field without presence is a plain member, one with presence and
// every message a std::optional, a repeated one a std::vector, a oneof a std::variant that starts
// with std::monostate, an enum X_FOO an `enum class X` with kFoo. So a sink reads a client with
// `std::get_if<Client>(&item.record->body)`.
#pragma once

#include <entrepot_connector.h>

#include <chrono>
#include <string_view>

#include "entrepot/sdk/batch.h"
#include "entrepot/sdk/error.h"
#include "entrepot/sdk/manifest.h"
#include "entrepot/sdk/messages.h"
#include "entrepot/sdk/options.h"
#include "entrepot/sdk/rows.h"

namespace entrepot::sdk {

namespace detail {
class Instance;
}

// Writes to the hub's log. Secret option values are blanked there. Copyable, free-threaded, valid
// until the connector's destructor has returned.
class Logger {
 public:
  explicit Logger(const entrepot_host* host) : host_(host) {}
  // One sentence each. Error: a person must act; Warning: recovered; Info: life cycle, never once a
  // record.
  void Debug(std::string_view sentence) const { Write(ENTREPOT_LOG_DEBUG, sentence); }
  void Info(std::string_view sentence) const { Write(ENTREPOT_LOG_INFO, sentence); }
  void Warning(std::string_view sentence) const { Write(ENTREPOT_LOG_WARNING, sentence); }
  void Error(std::string_view sentence) const { Write(ENTREPOT_LOG_ERROR, sentence); }

 private:
  void Write(int32_t level, std::string_view sentence) const;
  const entrepot_host* host_;
};

// One call from the hub. Dead when the method returns; until then any thread may use it.
class Call {
 public:
  Call(detail::Instance* instance, entrepot_call* call) : instance_(instance), call_(call) {}

  Logger log() const;
  // The hub wants the call to end soon. Ask in every loop, every few milliseconds.
  bool cancelled() const;
  // Throws Interrupted when cancelled.
  void ThrowIfCancelled() const {
    if (cancelled()) throw Interrupted();
  }
  // Waits. Throws Interrupted as soon as the call is cancelled (within 50 ms at the latest).
  void Sleep(std::chrono::milliseconds time) const;

 private:
  detail::Instance* instance_;
  entrepot_call* call_;
};

// A connection to an outside system. Made for one connection: constructed right before Open and
// destroyed after Close, or when Open throws. The hub serialises all methods, from any thread, but
// Interrupt. Override what the manifest promises and keep the overrides public; the rest answers
// kUnsupported. Every method may throw Error; any other exception counts as kInternal. Requests are
// borrowed until the method returns.
class Connector {
 public:
  Connector() = default;
  virtual ~Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // Starts the connection. `settings` may be copied and kept. Does little: an outside system that
  // is down now is Check's and Read's business. Throws BadConfiguration for what the SDK cannot
  // know (a folder that does not exist).
  virtual void Open(Call& call, const Settings& settings) = 0;

  // Is the outside system there, and may we do what is configured? Changes nothing. `findings` says
  // what was looked at, one sentence each.
  virtual void Check(Call& call, CheckResponse& response);

  // The datasets that the outside system offers, with their columns.
  virtual void Discover(Call& call, DiscoverResponse& response);

  // Sources: the next batch after `request.cursor`. Empty cursor: from the beginning. No more rows
  // for now: an empty batch with `end`, at once; the hub waits, not the connector. A cursor that
  // cannot be understood is BadData. What `request.committed_cursor` covers is the hub's for good, so
  // the source may let go of it. With `request.preview` nothing of what is read may be taken, moved
  // or marked: the next Read without it, from the same cursor, gives the same.
  virtual void Read(Call& call, const ReadRequest& request, Batch& batch);

  // Sources: returns true as soon as there may be something to read (a notification, a file), false
  // when `timeout` is over. What was seen in between two calls counts for the next one; a source
  // that has only now begun to watch answers true, because it cannot know what it has missed. The
  // hub reads then, so a true that turns out to be nothing costs one reading.
  virtual bool Wait(Call& call, std::chrono::milliseconds timeout);

  // Sinks: brings each item's record in the outside system to its revision, in their order. One
  // result for each item handled; fewer results than items: the rest was not sent. Durable before
  // kApplied is answered, with the record's `outside_id` there: from then on the item carries it,
  // and where it is gone the answer is kNotFound. Applying the same revision twice has the effect
  // of once where the outside system allows to tell; a `deleted` record is taken away there.
  virtual void Apply(Call& call, const ApplyRequest& request, ApplyResponse& response);

  // Sinks: which of these does the outside system hold? One result for each item. Asked before
  // anything is sent again whose answer was lost; `revision`, where it is kept there, tells the hub
  // which one has arrived. `settled` is set where nothing that was sent before can still arrive.
  virtual void Find(Call& call, const FindRequest& request, FindResponse& response);

  // Ids and digests of all that the outside system holds, page by page.
  virtual void List(Call& call, const ListRequest& request, ListResponse& response);

  // Any thread, concurrently with any method, at any time while the object lives; returns at once
  // and does not throw. Only needed to wake something that neither Call::Sleep nor
  // Call::cancelled covers (a blocking read). The running method then throws Interrupted; later
  // calls work.
  virtual void Interrupt() {}

  // Ends the connection, before the destructor. Own threads are joined when the destructor returns.
  virtual void Close(Call& call) { (void)call; }
};

}  // namespace entrepot::sdk

#include "entrepot/sdk/detail/entry.h"

// Makes the plugin of a connector, once in a shared object, at global scope.
//   Class     derived from Connector, with a default constructor.
//   id        string literal; also the name of the shared object: "<id>.so".
//   version   string literal, semantic version of the connector.
//   describe  void(entrepot::sdk::ManifestBuilder&); pure, called once.
#define ENTREPOT_CONNECTOR(Class, id, version, describe)                                      \
  ENTREPOT_CONNECTOR_NOTE(id)                                                                 \
  extern "C" const entrepot_connector* entrepot_connector_entry_v1(uint32_t host_abi_minor) { \
    return ::entrepot::sdk::detail::Entry<Class>(host_abi_minor, id, version, describe);      \
  }
