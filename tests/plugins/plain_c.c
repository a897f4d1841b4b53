/* A connector in C11 without the SDK: the C header must be enough. MODE chooses one fault. */
#include <entrepot_connector.h>
#include <string.h>

enum { HEALTHY, SHORT_TABLE, NO_OPEN, NULL_TABLE, FOREIGN_MEMORY, NONSENSE, SILENT, BAD_MANIFEST };

#define STRINGIFY_INNER(x) #x
#define STRINGIFY(x) STRINGIFY_INNER(x)

__asm__(
    ".pushsection " ENTREPOT_NOTE_SECTION ", \"a\", %note\n"
    ".balign 4\n"
    ".long 2f - 1f\n"
    ".long 4f - 3f\n"
    ".long " STRINGIFY(ENTREPOT_NOTE_TYPE) "\n"
    "1: .asciz \"" ENTREPOT_NOTE_NAME "\"\n"
    "2: .balign 4\n"
    "3: .ascii \"" NOTE_TEXT "\"\n"
    "4: .balign 4\n"
    ".popsection\n");

static const entrepot_host* g_host;

static void* Create(const entrepot_host* host) {
  g_host = host;
  return (void*)host;
}
static void Destroy(void* instance) { (void)instance; }
static void Interrupt(void* instance) { (void)instance; }

static entrepot_status Nothing(void* instance, entrepot_call* call, entrepot_view request,
                               entrepot_view* response) {
  (void)instance;
  (void)call;
  (void)request;
  response->data = NULL;
  response->size = 0;
  return ENTREPOT_OK;
}

/* ReadResponse { next_cursor: "7", end: true }. */
static const uint8_t kAnswer[] = {0x1a, 0x01, '7', 0x30, 0x01};

static entrepot_status Read(void* instance, entrepot_call* call, entrepot_view request,
                            entrepot_view* response) {
  (void)instance;
  (void)request;
  if (MODE == SILENT) return -77;
  if (MODE == FOREIGN_MEMORY) {
    response->data = kAnswer;
    response->size = sizeof(kAnswer);
    return ENTREPOT_OK;
  }
  uint8_t* memory = g_host->alloc(call, sizeof(kAnswer));
  if (memory == NULL) {
    entrepot_view why = {(const uint8_t*)"no memory", 9};
    return g_host->fail(call, ENTREPOT_INTERNAL, why, -1);
  }
  memcpy(memory, kAnswer, sizeof(kAnswer));
  if (MODE == NONSENSE) memset(memory, 0xff, sizeof(kAnswer));
  response->data = memory;
  response->size = sizeof(kAnswer);
  return ENTREPOT_OK;
}

/* Manifest { id: "plain_c", version: "1.0.0", title: "C", contract 1 to 1, source: true }. */
static const uint8_t kManifest[] =
    "\x0a\x07plain_c\x12\x05"
    "1.0.0\x1a\x01"
    "C\x20\x01\x28\x01\x30\x01";

static const entrepot_connector kTable = {
    .struct_size = MODE == SHORT_TABLE ? 40 : sizeof(entrepot_connector),
    .abi_major = 1,
    .abi_minor = 0,
    .manifest = {kManifest, MODE == BAD_MANIFEST ? 5 : sizeof(kManifest) - 1},
    .create = Create,
    .destroy = Destroy,
    .open = MODE == NO_OPEN ? NULL : Nothing,
    .read = Read,
    .interrupt = Interrupt,
    .close = Nothing,
};

const entrepot_connector* entrepot_connector_entry_v1(uint32_t host_abi_minor) {
  (void)host_abi_minor;
  return MODE == NULL_TABLE ? NULL : &kTable;
}
