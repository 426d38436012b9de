import type { Page } from "playwright-core";
import type { DashboardServer } from "./dashboard-server.ts";

/** A page of somebody new who was invited to look and to change nothing. */
export async function openViewer(dashboard: DashboardServer): Promise<Page> {
  const me = (await (await dashboard.request.get("/api/me")).json()) as { organizations: { id: string }[] };
  const made = await dashboard.request.post(`/api/organizations/${me.organizations[0]!.id}/invitations`, {
    data: { email: `viewer-${Date.now()}@example.com`, role: "viewer" },
    headers: { origin: dashboard.server.url },
  });
  const { url } = (await made.json()) as { url: string };
  const page = await dashboard.open({ storageState: { cookies: [], origins: [] } });
  await page.goto(url);
  await page.getByLabel("Your name").fill("Vera");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button").click();
  await page.getByRole("navigation", { name: "Screens" }).waitFor();
  return page;
}
