import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isCentrifugoInstalled } from "../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";

const root = join(import.meta.dirname, "../..");
const MS_MAX = 5 * 60_000;

describe.skipIf(!isCentrifugoInstalled)("[needs centrifugo]", () => {
  test(
    "npm run demo:production deploys the example onto every driver and gets the handler's answers",
    () => {
      const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "demo:production"], {
        cwd: root,
        encoding: "utf8",
        timeout: MS_MAX,
      });
      expect(stderr).toBe("");
      expect(stdout).toContain("Every driver gave the handler's answer.");
      expect(status).toBe(0);
    },
    MS_MAX,
  );
});
