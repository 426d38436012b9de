import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProject } from "../e2e/workflow-project.ts";
import { type DashboardServer, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";

const MARKUP = `"'><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;
const LINK = "javascript:window.hacked=1";

const source = `import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({
  path: "/hostile",
  handler: (ctx, event) => {
    ctx.logger.error(${JSON.stringify(`${MARKUP} ${LINK} \u001b]8;;${LINK}\u0007click\u001b]8;;\u0007`)});
    if (event.query.fail) throw new TypeError(${JSON.stringify(MARKUP)});
    return { body: ${JSON.stringify(MARKUP)}, link: ${JSON.stringify(LINK)} };
  },
});
builtin.triggers.onManual({ name: ${JSON.stringify(MARKUP)}, handler: () => undefined });
`;

describe.skipIf(!hasChromium())("[needs chromium] hostile strings", () => {
  let dashboard: DashboardServer;
  let paths: string[];
  beforeAll(async () => {
    dashboard = await startDashboardServer();
    const { client, namespaceId } = dashboard;
    await using project = await createProject("hostile", source);
    const { stdout } = await dashboard.server.cli(["deploy", "--yes", "--json"], { cwd: project.folder });
    const { workflowId, triggers } = JSON.parse(stdout) as {
      workflowId: string;
      triggers: { url?: string }[];
    };
    const url = triggers.find((trigger) => trigger.url !== undefined)!.url!;
    const headers = { "content-type": "text/html", "x-hostile": MARKUP, "user-agent": MARKUP };
    for (const query of ["", "?fail=1", `?q=${encodeURIComponent(MARKUP)}`])
      await fetch(url + query, { method: "POST", headers, body: MARKUP });
    await fetch(`${url}/${encodeURIComponent(MARKUP)}`, { method: "POST", headers, body: MARKUP });
    const params = { namespaceId, workflowId };
    await client.updateWorkflow({ params, body: { description: MARKUP } });
    await client.setKvItem({ params, body: { table: "hostile", key: MARKUP, value: MARKUP } });
    const executions = await client.listExecutions({ params });
    const deliveries = await client.listDeliveries({ params });
    paths = [
      `/ns/${namespaceId}`,
      `/ns/${namespaceId}/workflows`,
      `/ns/${namespaceId}/workflows/${workflowId}`,
      `/ns/${namespaceId}/executions?text=${encodeURIComponent("onerror")}`,
      ...executions.items.map(({ id }) => `/ns/${namespaceId}/executions/${id}`),
      `/ns/${namespaceId}/deliveries`,
      ...deliveries.items.map(({ id }) => `/ns/${namespaceId}/deliveries/${id}`),
      `/ns/${namespaceId}/kv`,
      `/ns/${namespaceId}/executions?status=${encodeURIComponent(MARKUP)}&text=${encodeURIComponent(MARKUP)}`,
      `/ns/${encodeURIComponent(MARKUP)}/executions`,
      `/login?next=${encodeURIComponent(LINK)}`,
      `/device?user_code=${encodeURIComponent(MARKUP)}`,
    ];
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  test.each([
    ["with the page's policy", false],
    ["without it", true],
  ])("run nothing on any screen, %s", { timeout: 120_000 }, async (_, bypassCSP) => {
    const page = await dashboard.open({ bypassCSP });
    const policy: string[] = [];
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text()))
        policy.push(message.text());
    });
    for (const path of paths) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
      expect([path, await findHarm(page)]).toEqual([path, []]);
    }
    // What is only kept from running by the policy would show here.
    expect(policy).toEqual([]);
    await page.context().close();
  });
});

/** What ran, and what would run when it is pressed. */
function findHarm(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const harm: string[] = [];
    if ("hacked" in window) harm.push("a script of theirs ran");
    if (document.querySelector("img[onerror], [onclick], [onload], main script") !== null)
      harm.push("markup of theirs");
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a[href]"))
      if (!/^https?:$/.test(link.protocol)) harm.push(link.href);
    return harm;
  });
}
