import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { PasskeyOwner } from "../../domain/identity/passkeys/passkeys.ts";
import { deletePasskey, listPasskeys, type Passkey } from "../../domain/identity/passkeys/store.ts";
import { type RouteCall, type RouteHandlers, requireUser, uuidOf } from "../route-handler.ts";

type Handled = "listPasskeys" | "startPasskey" | "createPasskey" | "deletePasskey";

export const passkeyHandlers: Pick<RouteHandlers, Handled> = {
  listPasskeys: async (_, call) => {
    const { id } = requireUser(call);
    return { items: (await listPasskeys(call.context.database, id)).map(presentPasskey) };
  },

  startPasskey: async ({ body }, call) => {
    const owner = ownerOf(call);
    const { passwords, passkeys } = call.context.identity;
    // Whoever found a browser open must not leave a key of their own behind.
    await passwords.prove({ account: owner.email, address: call.place.address, password: body.password });
    return passkeys.startRegistering(owner);
  },

  createPasskey: async ({ body }, call) =>
    presentPasskey(await call.context.identity.passkeys.register(ownerOf(call), body)),

  deletePasskey: async ({ params }, call) => {
    const { id } = requireUser(call);
    if (await deletePasskey(call.context.database, id, uuidOf("passkey", params.passkeyId))) return;
    throw new FlowwError("NOT_FOUND", "You have no such passkey.");
  },
};

function ownerOf(call: RouteCall): PasskeyOwner {
  const { id, name, email, credential } = requireUser(call);
  if (credential.kind !== "browser")
    throw new FlowwError("FORBIDDEN", "A passkey is made in a browser.", {
      fix: "Open /profile in a browser.",
    });
  return { userId: id, name, email, sessionId: credential.sessionId };
}

function presentPasskey({ id, name, isSynced, createdAt, lastUsedAt }: Passkey) {
  return {
    id: formatId("passkey", id),
    name,
    isSynced,
    createdAt: createdAt.toISOString(),
    ...(lastUsedAt === null ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
  };
}
