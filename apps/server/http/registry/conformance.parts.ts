import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aTenant, type Tenant } from "../../testing/tenants.ts";

// The OCI project's own suite (distribution-spec/conformance) against the registry, signed in as a service account.
const BINARY = process.env.OCI_CONFORMANCE_BINARY ?? "conformance";
const SUITE_MS_MAX = 5 * 60_000;

// Asked for a version that there is none of, it says so and does nothing: that tells it from others of its name.
const { stderr } = spawnSync(BINARY, [], {
  env: { PATH: process.env.PATH ?? "", OCI_VERSION: "none" },
  cwd: tmpdir(),
  encoding: "utf8",
});
const isInstalled = /unsupported config version none/.test(stderr ?? "");

describe.skipIf(!isInstalled)("[needs conformance]", () => {
  let server: TestServer;
  let tenant: Tenant;
  beforeAll(async () => {
    server = await startTestServer();
    tenant = await aTenant(server);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(["1.1", "dev"])(
    "the OCI conformance suite passes, specification %s, with every part of it on",
    async (version) => {
      const results = await mkdtemp(join(tmpdir(), "oci-"));
      const run = spawn(BINARY, [], {
        cwd: results,
        env: {
          PATH: process.env.PATH ?? "",
          OCI_VERSION: version,
          OCI_REGISTRY: new URL(server.url).host,
          OCI_TLS: "disabled",
          OCI_REPO1: `${tenant.ids.namespace}/conformance/one-${version}`,
          OCI_REPO2: `${tenant.ids.namespace}/conformance/two-${version}`,
          OCI_USERNAME: "anybody",
          OCI_PASSWORD: tenant.key,
          OCI_API_BLOBS_UPLOAD_CANCEL: "true",
          OCI_API_BLOBS_DIGEST_HEADER: "true",
          OCI_API_MANIFESTS_DIGEST_HEADER: "true",
          OCI_API_MANIFESTS_TAG_PARAM: "true",
          OCI_RESULTS_DIR: results,
        },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [printed] = await Promise.all([text(run.stdout), once(run, "exit")]);
      const report = await readFile(join(results, "results.yaml"), "utf8");
      await rm(results, { recursive: true });
      const verdicts = report.slice(report.indexOf("\napis:")).match(/^ {2}\w.*: \w+$/gm) ?? [];
      expect(verdicts.length).toBeGreaterThan(40);
      // A manifest whose parts were never pushed is refused here, as the specification allows.
      expect(verdicts.filter((line) => !line.endsWith(": Pass"))).toEqual(["  Sparse Manifests: Disabled"]);
      expect({ code: run.exitCode, printed }).toEqual({ code: 0, printed: expect.any(String) });
      expect(server.reported).toEqual([]);
    },
    SUITE_MS_MAX,
  );
});
