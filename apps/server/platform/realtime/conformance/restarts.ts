import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshName, LibraryClient } from "./clients.ts";
import type { RealtimePeer } from "./peer.ts";

export interface Restarts {
  restarts: number;
  publications: number;
}

const AT_ONCE = 16;

/** What a subscriber was given, in order: a number, or the word that something is missing here. */
type Given = number | "hole";

/**
 * A broker that is killed again and again under publications: what it had accepted and could not give a subscriber, it
 * says so. A subscriber that is told asks the API; one that is not would wait for ever.
 */
export function describeRestarts(
  name: string,
  open: () => Promise<RealtimePeer>,
  { restarts, publications }: Restarts,
): void {
  describe(`${name}, restarted ${restarts} times under ${publications} publications`, () => {
    let peer: RealtimePeer;
    beforeAll(async () => {
      peer = await open();
    });
    afterAll(() => peer?.close());

    test("leaves no hole that its subscriber is not told of", { timeout: 600_000 }, async () => {
      using client = await new LibraryClient(peer).connect();
      const channel = freshName("channel");
      const given: Given[] = [];
      const { subscription } = await client.listen(channel);
      subscription.on("publication", ({ data }) => given.push(data.n as number));
      subscription.on("subscribed", ({ wasRecovering, recovered }) => {
        if (wasRecovering && !recovered) given.push("hole");
      });
      const accepted = new Set<number>();
      const publish = (n: number) =>
        peer.realtime.publish(channel, { n }).then(
          () => void accepted.add(n),
          // Refused, or its answer got lost with the broker: the publisher knows, whatever subscribers hear of it.
          () => undefined,
        );
      let n = 0;
      for (let round = 0; round < restarts; round++) {
        const each = Math.ceil(publications / restarts);
        const until = accepted.size + each;
        // The kill comes in the middle of them, at another place each time.
        const killAt = accepted.size + Math.floor((each * ((round * 37) % 100)) / 100);
        let restarted: Promise<void> | undefined;
        while (accepted.size < until) {
          if (accepted.size >= killAt) restarted ??= peer.restart();
          await Promise.all(Array.from({ length: AT_ONCE }, () => publish(++n)));
        }
        await restarted;
      }
      const last = ++n;
      await client.client.ready(60_000);
      await subscription.ready(60_000);
      await publish(last);
      await expect.poll(() => given.at(-1), { timeout: 60_000 }).toBe(last);

      expect(findFaults(given, accepted)).toEqual([]);
      // It was no test if nothing was lost.
      expect(given.filter((one) => one === "hole").length).toBeGreaterThan(0);
      expect(accepted.size).toBeGreaterThanOrEqual(publications);
    });
  });
}

function findFaults(given: readonly Given[], accepted: ReadonlySet<number>): string[] {
  const faults: string[] = [];
  let before = 0;
  let isTold = false;
  for (const one of given) {
    if (one === "hole") {
      isTold = true;
      continue;
    }
    if (one <= before) faults.push(`${one} came after ${before}`);
    for (let missing = before + 1; !isTold && missing < one; missing++)
      if (accepted.has(missing)) faults.push(`${missing} is missing, and nobody was told`);
    before = one;
    isTold = false;
  }
  return faults;
}
