import type { Page } from "playwright-core";
import { eventually } from "../e2e/eventually.ts";
import type { TestServer } from "../e2e/test-server.ts";

/** `floww login` by the real command line, approved on the real page by who is signed in there. Resolves with what it printed. */
export async function approveDevice(server: TestServer, page: Page): Promise<string> {
  const command = server.spawnCli(["login", "--no-browser"], { cwd: server.home });
  const address = await eventually(async () => /Open (http\S+)\n/.exec(command.output())?.[1]);
  await page.goto(address);
  await page.getByRole("heading", { name: "Connect this device?" }).waitFor();
  // A visit approves nothing: the very code stands there, and a press decides.
  await page.getByText(new URL(address).searchParams.get("user_code")!).waitFor();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
  await command.closed;
  return command.output();
}
