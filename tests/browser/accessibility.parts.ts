import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DashboardServer, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";
import { playShowcase, type SceneIds, scenes } from "./scenes.ts";
import { createShowcase } from "./showcase.ts";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.2 AA and what stands below it. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Each colour in one size: contrast does not depend on the width, and what the width changes not on the colour. */
const LOOKS = [
  ["light", { width: 1280, height: 800 }],
  ["dark", { width: 390, height: 844 }],
] as const;

describe.skipIf(!hasChromium())("[needs chromium] accessibility", () => {
  let dashboard: DashboardServer;
  let ids: SceneIds;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
    await using showcase = await createShowcase();
    ids = await playShowcase(dashboard, showcase.folder);
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  test("axe finds nothing on any screen, light on a desk and dark on a phone, and no page scrolls sideways", {
    timeout: 180_000,
  }, async () => {
    const found: string[] = [];
    for (const [colorScheme, viewport] of LOOKS) {
      // Axe is not ours, and the page's policy would not have it.
      const page = await dashboard.open({ colorScheme, viewport, bypassCSP: true });
      for (const scene of scenes) {
        const look = `${scene.name}, ${colorScheme}, ${viewport.width} px`;
        await page.goto(scene.path(ids));
        await scene.shows(page);
        found.push(...(await violations(page)).map((one) => `${look}: ${one}`));
        if (await scrollsSideways(page)) found.push(`${look}: scrolls sideways`);
      }
      await page.context().close();
    }
    expect(found).toEqual([]);
  });
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run({ runOnly: { type: "tag", values: tags } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  }, TAGS);
}

function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
