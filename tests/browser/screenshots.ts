import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { startDashboardServer } from "./dashboard-server.ts";
import { playShowcase, scenes } from "./scenes.ts";
import { createShowcase } from "./showcase.ts";

// npm run screenshots [folder]: every screen, light and dark, on a desk and on a phone.
const out = resolve(process.argv[2] ?? "dist/screenshots");

const SIZES = {
  desk: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
};

await using dashboard = await startDashboardServer();
await using showcase = await createShowcase();
const ids = await playShowcase(dashboard, showcase.folder);
await mkdir(out, { recursive: true });
for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const page = await dashboard.open({ colorScheme, viewport });
    for (const scene of scenes) {
      await page.goto(scene.path(ids));
      await scene.shows(page);
      const file = join(out, `${scene.name}-${colorScheme}-${size}.png`);
      await page.screenshot({ path: file, fullPage: true });
      console.log(file);
    }
    await page.context().close();
  }
}
for (const complaint of dashboard.takeComplaints()) console.error(complaint);
