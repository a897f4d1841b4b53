// Any text, written so that hledger and ledger read it back as one name. Input is UTF-8; bytes that
// are not are dropped. Pure.
#pragma once

#include <string>
#include <string_view>

namespace entrepot::ledger {

// A payee: spaces and control characters become single spaces, ";" (a comment) becomes "," and "|"
// (hledger's note) becomes "/". Two names may become one; empty only where nothing is left.
std::string PayeeText(std::string_view name);

// One level of an account's name: whatever has a meaning in a journal is written %XX, so that two
// codes never share an account. "ИП 12" stays "ИП 12", "A:1" becomes "A%3A1".
std::string AccountPart(std::string_view code);

// A tag's value or a transaction's code that is compared with: letters, digits and "_-./" stay, all
// else is written %XX.
std::string TagValue(std::string_view value);
// The inverse.
std::string FromTagValue(std::string_view text);

// Can the text stand as an account name, levels divided by ":"?
bool IsAccountName(std::string_view name);

}  // namespace entrepot::ledger
