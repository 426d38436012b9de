import { expect, test } from "vitest";
import type { VendorClient } from "../../provider-server.ts";
import { GitHub } from "../index.ts";
import { githubServer } from "../server.ts";
import { endpointsOf } from "./testing/describe-calls.ts";
import { lendHost } from "./testing/lend-host.ts";

const outbox = githubServer.registrations!.outbox!;
const registration = { id: "7", target: "octo/hello" };

interface Sent {
  id: string;
  guid: string;
  atMs: number;
  event?: string;
}

/** GitHub's outbox, in pages of two with their cursors; `calls` is what it was asked. */
function aGitHub(sent: readonly Sent[]): { vendor: VendorClient; calls: string[] } {
  const calls: string[] = [];
  const fetch: VendorClient["fetch"] = async (path, init) => {
    calls.push(`${init?.method} ${path}`);
    if (init?.method === "POST") return Response.json({}, { status: 202 });
    const url = new URL(path, "https://api.github.com");
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const items = sent
      .slice(from, from + 2)
      .map(
        ({ id, guid, atMs, event = "push" }) =>
          `{"id":${id},"guid":"${guid}","delivered_at":"${new Date(atMs).toISOString()}","event":"${event}","status_code":502}`,
      );
    const link =
      from + 2 < sent.length ? { link: `<${url.origin}${url.pathname}?cursor=${from + 2}>; rel="next"` } : {};
    return new Response(`[${items.join()}]`, { headers: link });
  };
  return { vendor: { fields: {}, fetch }, calls };
}

const at = (seconds: number) => Date.UTC(2026, 0, 1) + seconds * 1_000;

test("what was sent since an instant is read page by page, and no further", async () => {
  const sent = [5, 4, 3, 2, 1].map((n) => ({ id: String(n), guid: `g${n}`, atMs: at(n) }));
  const { vendor, calls } = aGitHub(sent);
  const listed = await outbox.list(vendor, registration, at(3));
  expect(listed).toEqual({
    isWhole: true,
    attempts: [5, 4, 3].map((n) => ({ id: String(n), deliveryId: `g${n}`, sentAtMs: at(n) })),
  });
  expect(calls).toHaveLength(2);
});

test("an id beyond what a number holds is asked for exactly, and a ping is no event", async () => {
  const id = "1234567890123456789";
  const { vendor, calls } = aGitHub([
    { id, guid: "big", atMs: at(2) },
    { id: "1", guid: "ping", atMs: at(1), event: "ping" },
  ]);
  const { attempts } = await outbox.list(vendor, registration, 0);
  expect(attempts.map((one) => one.id)).toEqual([id]);
  await outbox.sendAgain(vendor, registration, id);
  expect(calls.at(-1)).toBe(`POST /repos/octo/hello/hooks/7/deliveries/${id}/attempts`);
});

test("every call is one of GitHub's documented endpoints", async () => {
  const takeBack = lendHost(async () => Response.json({}));
  const endpoints = endpointsOf(new GitHub().client);
  takeBack();
  const { vendor, calls } = aGitHub(
    [1, 2, 3].map((n) => ({ id: String(n), guid: `g${n}`, atMs: at(9 - n) })),
  );
  await outbox.list(vendor, registration, 0);
  await outbox.sendAgain(vendor, registration, "2");
  expect(calls).toHaveLength(3);
  for (const call of calls)
    expect(
      endpoints.some((endpoint) => endpoint.test(call)),
      call,
    ).toBe(true);
});
