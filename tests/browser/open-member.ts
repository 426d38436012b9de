import type { Role } from "@floww/contract/api";
import type { Page } from "playwright-core";
import type { DashboardServer } from "./dashboard-server.ts";

/** A page of somebody new who was invited; to look and change nothing, unless another role is named. */
export async function openMember(dashboard: DashboardServer, role: Role = "viewer"): Promise<Page> {
  const me = (await (await dashboard.request.get("/api/me")).json()) as { organizations: { id: string }[] };
  const made = await dashboard.request.post(`/api/organizations/${me.organizations[0]!.id}/invitations`, {
    data: { email: `${role}-${Date.now()}@example.com`, role },
    headers: { origin: dashboard.server.url },
  });
  const { url } = (await made.json()) as { url: string };
  const page = await dashboard.open({ storageState: { cookies: [], origins: [] } });
  await page.goto(url);
  await page.getByLabel("Your name").fill(`The ${role}`);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button").click();
  await page.getByRole("navigation", { name: "Screens" }).waitFor();
  return page;
}
