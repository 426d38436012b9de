import { FlowwError } from "@floww/contract/errors";
import { reachServer } from "../reach-server.ts";
import { findAccess } from "../session.ts";
import type { Check } from "./check.ts";

const ANSWER_MS_MAX = 10_000;

export const serverReachable: Check = {
  name: "server",
  needs: [],
  run: async (facts) => {
    const access = await findAccess(facts.environment);
    facts.access = access;
    const { serverUrl, serverFrom } = access;
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const response = await reachServer(serverUrl)(`${serverUrl}/ready`, { signal, redirect: "manual" });
    const atMs = Date.now();
    const shown = response.headers.get("date");
    if (shown !== null) facts.serverDate = { shown, atMs };
    await response.body?.cancel();
    if (response.ok) return `${serverUrl} is ready (${serverFrom})`;
    throw new FlowwError("SERVER_UNREACHABLE", `${serverUrl}/ready answers ${response.status}, not 200.`, {
      fix:
        response.status === 503
          ? "Wait a moment; if it stays, look at the server's log."
          : "Check that a Floww server listens there: `floww config list` shows where the address comes from.",
    });
  },
};
