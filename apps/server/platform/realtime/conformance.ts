import { afterAll, beforeAll, describe } from "vitest";
import { describeAccess } from "./conformance/access.ts";
import { describeCommands } from "./conformance/commands.ts";
import { describeDelivery } from "./conformance/delivery.ts";
import type { RealtimePeer } from "./conformance/peer.ts";

export { conformanceSettings, type RealtimePeer } from "./conformance/peer.ts";

/**
 * What every broker behind `Realtime` does for clients, driven by the client library that the CLI and the dashboard use,
 * and by bare WebSockets where the library is too polite. Holds for Centrifugo 6.9.1; asks for nothing that only ours can.
 */
export function describeRealtime(name: string, open: () => Promise<RealtimePeer>): void {
  describe(name, () => {
    let opened: RealtimePeer;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());
    const peer = () => opened;
    describe("delivery", () => describeDelivery(peer));
    describe("access", () => describeAccess(peer));
    describe("commands", () => describeCommands(peer));
  });
}
