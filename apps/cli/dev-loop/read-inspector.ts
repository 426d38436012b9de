import type { ChildProcess } from "node:child_process";
import { FlowwError } from "@floww/contract/errors";

const LISTENS = /^Debugger listening on (ws:\/\/\S+)$/m;
const FAILED = /^Starting inspector on (\S+) failed: (.+)$/m;
const TEXT_MAX = 4_096;

/** The address of a child's inspector, which Node says on stderr. @throws FlowwError INSPECTOR_FAILED */
export function readInspector({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stderr?.on("data", (chunk: Buffer) => {
      if (text.length > TEXT_MAX) return;
      text += chunk.toString("utf8");
      const [, address] = LISTENS.exec(text) ?? [];
      const [, host, why] = FAILED.exec(text) ?? [];
      if (address !== undefined) resolve(address);
      else if (host !== undefined)
        reject(new FlowwError("INSPECTOR_FAILED", `The inspector cannot listen on ${host}: ${why}.`));
    });
    stderr?.once("close", () =>
      reject(new FlowwError("INSPECTOR_FAILED", "The process with the inspector ended.")),
    );
  });
}
