import { FlowwError } from "@floww/contract/errors";
import { describe, expect, test } from "vitest";
import { commitEnd } from "./commit-end.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import type { FinishedRow } from "./ledger-fragments.ts";
import { ExecutionState } from "./states.ts";

const nothing = { answer: null, output: null, outputArtifact: null, error: null };
const row: FinishedRow = {
  id: "id",
  owner: "me",
  epoch: 1,
  state: ExecutionState.completed,
  bootMs: null,
  runMs: 1,
  ...nothing,
};

/** A ledger whose commits end as told, one after the other. */
function ledgerThat(...outcomes: (FlowwError | boolean)[]): {
  ledger: ExecutionLedger;
  commits: () => number;
} {
  let commits = 0;
  const commit: ExecutionLedger["commit"] = async () => {
    const outcome = outcomes[commits++];
    if (outcome instanceof FlowwError) throw outcome;
    return { has: () => outcome === true };
  };
  return { ledger: { commit }, commits: () => commits };
}

describe("the end of a run", () => {
  test("is committed again while the database is away", async () => {
    const away = new FlowwError("DATABASE_UNAVAILABLE");
    const { ledger, commits } = ledgerThat(away, new FlowwError("QUEUE_FULL"), true);
    expect(await commitEnd(ledger, { id: row.id, rows: { finished: [row] } }, { retryMs: 1 })).toBe(true);
    expect(commits()).toBe(3);
  });

  test("does not count when the run is somebody else's", async () => {
    expect(
      await commitEnd(ledgerThat(false).ledger, { id: row.id, rows: { finished: [row] } }, { retryMs: 1 }),
    ).toBe(false);
    const full = ledgerThat(new FlowwError("QUEUE_FULL"), false);
    expect(await commitEnd(full.ledger, { id: row.id, rows: { finished: [row] } }, { retryMs: 1 })).toBe(
      false,
    );
  });

  test("is left to others once this server has closed its ledger", async () => {
    const { ledger, commits } = ledgerThat(new FlowwError("SERVER_STOPPING"), true);
    await expect(
      commitEnd(ledger, { id: row.id, rows: { finished: [row] } }, { retryMs: 1 }),
    ).rejects.toMatchObject({
      code: "SERVER_STOPPING",
    });
    expect(commits()).toBe(1);
  });
});
