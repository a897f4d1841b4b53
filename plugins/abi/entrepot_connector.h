/* The binary contract between the hub and a connector, version 1. One C11 header, nothing of ours
 * included. Authors normally include entrepot/sdk/connector.h, which wraps it for C++20.
 *
 * A connector is a shared object that exports one function, entrepot_connector_entry_v1. It links
 * neither protobuf nor gRPC nor spdlog: two copies of those in one process abort or corrupt it.
 *
 * Payloads are serialised messages of entrepot.connector.v1 (proto/entrepot/connector/v1).
 *
 * Memory: inputs are borrowed until the call returns. Outputs are written to memory that the host
 * gives through `alloc`; the host frees it. A connector never frees host memory and never returns
 * its own.
 *
 * Errors: a status below zero, after `fail` has given the reason as one sentence. No exception and
 * no longjmp crosses.
 *
 * Threads: the host serialises all calls of one instance, from any thread, except `interrupt`,
 * which may come from any thread at any time. A connector's own threads are joined before `close`
 * returns.
 *
 * Growth: tables and structs only grow at the end and begin with their size; test with
 * ENTREPOT_HAS. What is more than a field goes through `get_extension`. */
#ifndef ENTREPOT_CONNECTOR_H
#define ENTREPOT_CONNECTOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ENTREPOT_ABI_MAJOR 1u /* in the entry's name; several may live in one shared object */
#define ENTREPOT_ABI_MINOR 1u
#define ENTREPOT_ABI_TEXT "1.1"
#define ENTREPOT_ENTRY_NAME "entrepot_connector_entry_v1"
/* ELF note that the host reads before it loads anything; its name and type. The description is the
 * text "<abi major>.<abi minor> <connector id>", not terminated. */
#define ENTREPOT_NOTE_SECTION ".note.entrepot.connector"
#define ENTREPOT_NOTE_NAME "Entrepot"
#define ENTREPOT_NOTE_TYPE 1

#define ENTREPOT_EXPORT __attribute__((visibility("default")))

/* True when `field` exists in the table that `table` points to, and is set. */
#define ENTREPOT_HAS(table, field)                                                           \
  ((table)->struct_size >= offsetof(__typeof__(*(table)), field) + sizeof((table)->field) && \
   (table)->field)

/* UTF-8 text or bytes; not terminated. data may be NULL when size is 0. */
typedef struct entrepot_view {
  const uint8_t* data;
  size_t size;
} entrepot_view;

typedef int32_t entrepot_status;
enum {
  ENTREPOT_OK = 0,
  /* The outside system is not there or too busy now: try again later. */
  ENTREPOT_UNAVAILABLE = -1,
  /* It asks to be called less often: try again after retry_after_ms. */
  ENTREPOT_RATE_LIMITED = -2,
  /* It does not know us, or does not let us. */
  ENTREPOT_DENIED = -3,
  /* The configuration is wrong; the message names the option. */
  ENTREPOT_BAD_CONFIGURATION = -4,
  /* It answered something that cannot be understood. */
  ENTREPOT_BAD_DATA = -5,
  /* The call ended early because of `interrupt` or a cancelled call. */
  ENTREPOT_INTERRUPTED = -6,
  ENTREPOT_UNSUPPORTED = -7,
  /* A mistake in the connector. */
  ENTREPOT_INTERNAL = -8
};

enum {
  ENTREPOT_LOG_DEBUG = 1,
  ENTREPOT_LOG_INFO = 2,
  ENTREPOT_LOG_WARNING = 3,
  ENTREPOT_LOG_ERROR = 4
};

/* One call from the host; dead when the call returns. `alloc` and `fail` are used by the thread
 * that runs the call. */
typedef struct entrepot_call entrepot_call;

/* What the host offers. Valid until `destroy` returns. */
typedef struct entrepot_host {
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;
  void* context;
  /* Any thread. Secret values are blanked. */
  void (*log)(const struct entrepot_host*, int32_t level, entrepot_view message);
  /* Any thread. Non-zero: return soon with ENTREPOT_INTERRUPTED. */
  int32_t (*cancelled)(const struct entrepot_host*, entrepot_call*);
  /* `size` bytes, aligned to 8, owned by the host until the call's answer has been taken. NULL:
   * more than the host allows for one call. */
  uint8_t* (*alloc)(entrepot_call*, size_t size);
  /* Gives the reason of a failure and returns `status`, so that `return host->fail(…)` works.
   * retry_after_ms < 0: the host decides. */
  entrepot_status (*fail)(entrepot_call*, entrepot_status status, entrepot_view message,
                          int64_t retry_after_ms);
  /* An extension by its name, "entrepot.metrics/1"; NULL: this host has none. */
  const void* (*get_extension)(const struct entrepot_host*, const char* name);
} entrepot_host;

/* A request goes in as a serialised XxxRequest, the answer comes out as a serialised XxxResponse in
 * memory from `alloc`. `response` is left empty on failure. */
typedef entrepot_status (*entrepot_method)(void* instance, entrepot_call* call,
                                           entrepot_view request, entrepot_view* response);

/* The connector's table, in static storage. A method that the connector does not have is NULL. */
typedef struct entrepot_connector {
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;
  /* A serialised Manifest. */
  entrepot_view manifest;
  /* One instance for each connection. NULL: out of memory, or a host that it cannot work with.
   * Opens nothing. */
  void* (*create)(const entrepot_host* host);
  /* With or without a `close` before it. After it nothing of the instance runs or is touched. NULL
   * is allowed. */
  void (*destroy)(void* instance);
  /* Begins a connection; one that fails leaves nothing open. */
  entrepot_method open;
  entrepot_method check;
  entrepot_method discover;
  entrepot_method read;
  entrepot_method apply;
  entrepot_method find;
  entrepot_method list;
  /* Any thread, concurrently with any method; returns at once. The running method then returns
   * ENTREPOT_INTERRUPTED soon; later calls work. */
  void (*interrupt)(void* instance);
  /* Ends what `open` began; `open` may follow again. */
  entrepot_method close;
  const void* (*get_extension)(void* instance, const char* name);
  /* Since 1.1. */
  entrepot_method wait;
} entrepot_connector;

/* Pure: starts no thread, opens nothing, fast. NULL: this host is too old. */
ENTREPOT_EXPORT const entrepot_connector* entrepot_connector_entry_v1(uint32_t host_abi_minor);

#ifdef __cplusplus
}
#endif
#endif /* ENTREPOT_CONNECTOR_H */
