import { bundleAbi, type ExecutionScope, type Host } from "@floww/contract/abi";
import { formatId } from "@floww/contract/ids";
import { describeKv, type KvHarness } from "../kv-conformance.ts";
import { Bench } from "./bench.ts";

const ids = {
  first: formatId("workflow", "00000000-0000-7000-8000-000000000001"),
  second: formatId("workflow", "00000000-0000-7000-8000-000000000002"),
};

describeKv("the KV stores of floww/testing", async (): Promise<KvHarness> => {
  const bench = new Bench();
  const abi = bundleAbi();
  return {
    as: (workflow, work) => {
      const scope = { workflowId: ids[workflow] } as ExecutionScope;
      const host: Host = {
        phase: "run",
        current: () => scope,
        call: async (operation, input) => {
          const answer = (
            bench.kv.calls as unknown as Record<string, (input: unknown, id: string) => unknown>
          )[operation];
          return JSON.parse(JSON.stringify(answer!(JSON.parse(JSON.stringify(input)), scope.workflowId)));
        },
      };
      abi.host = host;
      return work();
    },
    workflowId: (workflow) => ids[workflow],
    advance: async (ms) => bench.setTime(bench.now() + ms),
    close: async () => {
      delete abi.host;
    },
  };
});
