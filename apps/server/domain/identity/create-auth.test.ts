import { expect, test } from "vitest";
import { TestBrowser } from "../../testing/browser.ts";
import { startTestServer } from "../../testing/running-server.ts";
import { sessionCookie } from "./create-auth.ts";

test.each([
  ["https://floww.example.com", "__Host-floww.session"],
  ["http://127.0.0.1:4400", "floww.session"],
  ["http://localhost:4400", "floww.session"],
  ["http://[::1]:4400", "floww.session"],
  ["http://floww.example.com", "__Host-floww.session"],
  ["http://127.0.0.1.evil.example", "__Host-floww.session"],
])("at %s the session's cookie is %s", (publicUrl, name) => {
  expect(sessionCookie(new URL(publicUrl))).toEqual({ name, secure: name.startsWith("__Host-") });
});

test("behind https the cookie is bound to the host and to https", async () => {
  await using server = await startTestServer({ publicUrl: "https://floww.example.com" });
  const token = new URL(server.setupUrl ?? "").searchParams.get("token") ?? "";
  const browser = new TestBrowser(server.localUrl);
  const person = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
  const origin = { origin: "https://floww.example.com" };
  const answer = await browser.post("/setup", { token, ...person }, origin);
  const cookie = answer.headers.getSetCookie().find((line) => line.startsWith("__Host-floww.session="));
  for (const part of ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"])
    expect(cookie).toMatch(new RegExp(`; ${part}(;|$)`, "i"));
  expect(cookie).not.toMatch(/domain=/i);
  expect((await browser.api("/api/me", { headers: origin })).status).toBe(200);
});
