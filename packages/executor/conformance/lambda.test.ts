import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { RuntimeApi } from "../host/runtime-api.ts";
import { buildWorkflow } from "./build-workflow.ts";
import { lambdaSocketTransport, lambdaTransport } from "./lambda-transport.ts";
import { describeConformance } from "./run-conformance.ts";

const EXECUTOR = fileURLToPath(new URL("../dist/executor.cjs", import.meta.url));

describeConformance(lambdaTransport);
describeConformance(lambdaSocketTransport);

describe("a function with its bundle in the image", () => {
  test("fails to start when the bundle cannot be imported, and says the line", async () => {
    const folder = await mkdtemp(join(tmpdir(), "floww-lambda-"));
    const file = join(folder, "main.mjs");
    const { code, map } = await buildWorkflow("throws-at-top");
    await Promise.all([writeFile(file, code), writeFile(`${file}.map`, map)]);
    await using api = await RuntimeApi.start();
    const bundle = JSON.stringify({ workflowId: "wf_1", deploymentId: "dep_1", bundle: { file } });
    const child = spawn(process.execPath, [EXECUTOR], {
      env: { AWS_LAMBDA_RUNTIME_API: api.host, FLOWW_BUNDLE: bundle },
      stdio: "ignore",
    });
    const code1 = await new Promise((resolve) => child.once("close", resolve));
    await rm(folder, { recursive: true });
    expect(code1).toBe(1);
    expect(JSON.parse(String(api.initError))).toMatchObject({
      errorType: "IMPORT_FAILED",
      errorMessage: expect.stringContaining("not today"),
    });
  });

  test("an event of another deployment is refused: a process is never shared", async () => {
    const { code, map } = await buildWorkflow("environment");
    const folder = await mkdtemp(join(tmpdir(), "floww-lambda-"));
    const file = join(folder, "main.mjs");
    await Promise.all([writeFile(file, code), writeFile(`${file}.map`, map)]);
    await using api = await RuntimeApi.start();
    const source = { workflowId: "wf_1", bundle: { file } };
    const child = spawn(process.execPath, [EXECUTOR], {
      env: {
        AWS_LAMBDA_RUNTIME_API: api.host,
        FLOWW_BUNDLE: JSON.stringify({ ...source, deploymentId: "dep_1" }),
      },
      stdio: "ignore",
    });
    const closed = new Promise((resolve) => child.once("close", resolve));
    try {
      const other = api.invoke(JSON.stringify({ ...source, deploymentId: "dep_2" }));
      expect(await other.end).toMatchObject({ kind: "error", type: "Floww.INTERNAL" });
      const own = api.invoke(JSON.stringify({ ...source, deploymentId: "dep_1" }));
      expect(await own.end).toMatchObject({ kind: "response" });
    } finally {
      child.kill("SIGKILL");
      await closed;
      await rm(folder, { recursive: true });
    }
  });
});
