// All messages of the connector contract and of the records, as plain structs. They are generated
// from proto/entrepot into entrepot/sdk/messages/.
#pragma once

#include "entrepot/sdk/messages/connector.h"
