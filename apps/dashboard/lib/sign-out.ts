import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api } from "./api.ts";

let elsewhereUrl: string | undefined;
const listeners = new Set<() => void>();

/** Where the identity provider signs out, once this browser is signed out here; undefined while it is not. */
export function useSignedOut(): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => elsewhereUrl,
  );
}

/** Ends this browser's session and leaves; only where there is more to sign out of, the page stays to say so. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    const ended = await api.signOut({});
    if (ended.elsewhereUrl === undefined) {
      location.assign("/login?signedOut");
      return;
    }
    ({ elsewhereUrl } = ended);
    for (const listener of listeners) listener();
    queries.clear();
  };
}
