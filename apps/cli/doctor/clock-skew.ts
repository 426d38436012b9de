import { FlowwError } from "@floww/contract/errors";
import type { Check } from "./check.ts";

/** Signatures and tokens allow for minutes; the header itself is cut to the second. */
const SKEW_MS_MAX = 30_000;

export const clockSkew: Check = {
  name: "clock",
  needs: ["server"],
  run: async ({ serverDate }) => {
    if (serverDate === undefined) return { leftOut: "the server's answer has no Date" };
    const skewMs = Date.parse(serverDate.shown) - serverDate.atMs;
    if (Math.abs(skewMs) <= SKEW_MS_MAX) return "agrees with the server's";
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    const how = skewMs > 0 ? "behind" : "ahead of";
    throw new FlowwError("STATE_CONFLICT", `This machine's clock is ${seconds} s ${how} the server's.`, {
      fix: "Set the clock that is wrong, for example with `timedatectl set-ntp true`.",
    });
  },
};
