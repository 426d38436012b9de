import { entry } from "./entry.ts";

/** KV stores, secrets and variables. */
export const valuesErrors = () => ({
  // Values
  VALUE_INVALID: entry(
    400,
    "user-code",
    "The value cannot be stored.",
    "Store plain data, Date, Map, Set, BigInt or bytes; no functions, symbols, class instances or cycles.",
  ),
  VALUE_TOO_LARGE: entry(
    413,
    "user-code",
    "The value is larger than the limit.",
    "Store it in pieces, or store a link to it.",
  ),
  VALUE_NOT_NUMBER: entry(
    409,
    "user-code",
    "The stored value is not a number, so it cannot be incremented.",
    "Use another key, or set a number first.",
  ),
  KEY_INVALID: entry(
    400,
    "user-code",
    "The store, table or key cannot be used.",
    "Use 1 to 128 bytes for store and table, 1 to 1,024 for a key, of well-formed text without U+0000.",
  ),
  LIST_TOO_LONG: entry(
    400,
    "user-code",
    "The list is longer than one call gathers.",
    "Page through it: give `limit`, and the last key seen as `after`.",
  ),
  KV_CONFLICT: entry(
    409,
    "user-code",
    "An item of the batch has another version than the batch expects; nothing was written.",
    "Read the items again, then try again.",
  ),
  KV_FORBIDDEN: entry(
    403,
    "user-code",
    "The table belongs to another workflow, which has not granted this.",
    "Call `grantPermission` on the table in the workflow that owns it.",
  ),
  HOST_CALLS_EXCEEDED: entry(
    429,
    "user-code",
    "The run asked the server for more than the limit.",
    "Ask for less: use `batch` and `listItems`, or split the work over several runs.",
  ),
  RUN_ENDED: entry(
    409,
    "user-code",
    "The run has ended; nothing is answered to it any more.",
    "Await every call inside the handler.",
  ),
  SECRET_UNDECLARED: entry(
    403,
    "user-code",
    "The secret is not one that the deployed version declares.",
    "Create `new Secret(...)` at the top level of the workflow, then deploy.",
  ),
  SECRET_INVALID: entry(
    422,
    "user-code",
    "The secret's value does not have the shape that its schema asks for.",
    "Set it again with the fields that the message names.",
  ),
  SECRET_UNREADABLE: entry(
    500,
    "ours",
    "A stored secret could not be decrypted.",
    "Start the server with the master key that wrote it; or delete the value and set it again.",
  ),
  MASTER_KEY_WRONG: entry(
    500,
    "caller",
    "The database holds values that were encrypted with another master key.",
    "Put the master key back that belongs to this database. Nothing was overwritten.",
  ),
});
