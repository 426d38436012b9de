import { describe, expect, test } from "vitest";
import type {
  ApprovalOutcome,
  Fields,
  ProviderServer,
  VendorAnswerHead,
  VendorClient,
  VendorRequest,
  VendorSecrets,
} from "./provider-server.ts";

/** What the suite needs of one vendor: requests as that vendor makes them. */
export interface ProviderSample {
  server: ProviderServer;
  fields: Fields;
  /** What the vendor signs with. */
  secrets: VendorSecrets;
  /** An event, signed as the vendor signs. */
  signed(): VendorRequest;
  /** The same delivery once more, as the vendor repeats it. */
  repeated(): VendorRequest;
  /** A handshake or ping, signed. */
  handshake(): VendorRequest;
  /** Of a vendor with an outbox: its answer to the n-th question of an endless list. */
  outboxPage?(page: number): Response;
  /** Of a vendor with approvals: somebody approves in a message of ours, with anything where the token stands, signed. */
  pressed?(token: unknown): VendorRequest;
  /** The vendor's answer when a message was rewritten. */
  rewritten?(): Response;
  /** Answers to a call: of a credential that is taken no more, and of one that is. */
  refusing: VendorAnswerHead;
  accepting: VendorAnswerHead;
  /** The header that the signature is in. */
  signatureHeader: string;
  /** A trigger that wants the event of `signed`, and one of the same type that wants another. */
  wanting: { type: string; input: Record<string, unknown> };
  ignoring: { type: string; input: Record<string, unknown> };
}

const HOSTILE_BODIES: unknown[] = [
  null,
  undefined,
  "text",
  7,
  true,
  [],
  [[[]]],
  {},
  JSON.parse('{"__proto__":{"event":1},"repository":null,"event":[],"actions":{"length":1e9}}'),
];

/** What holds for every provider's server half, whoever wrote it. */
export function describeProvider(sample: ProviderSample): void {
  const { server, fields, secrets, signatureHeader } = sample;

  describe(`the provider ${server.type}`, () => {
    test("a signed event is received, named, and wanted by those whose filters it passes", () => {
      const received = server.receive(sample.signed(), secrets);
      expect(received).toMatchObject({ kind: "event", deliveryId: expect.any(String) });
      if (received.kind !== "event") return;
      expect(server.matches(received.event, sample.wanting)).toBe(true);
      expect(server.matches(received.event, sample.ignoring)).toBe(false);
      expect(server.triggers[sample.wanting.type]?.input.safeParse(sample.wanting.input).success).toBe(true);
    });

    test("a delivery that is sent again carries the same id", () => {
      const [first, again] = [sample.signed(), sample.repeated()].map((one) => server.receive(one, secrets));
      expect(again).toMatchObject({
        kind: "event",
        deliveryId: (first as { deliveryId?: string }).deliveryId,
      });
    });

    test("what was verified once is read again without a secret, as the same event, and hostile bytes throw nothing", () => {
      expect(server.read(without(sample.signed(), signatureHeader))).toEqual(
        server.receive(sample.signed(), secrets),
      );
      expect(server.read(without(sample.handshake(), signatureHeader)).kind).toBe("handshake");
      for (const body of HOSTILE_BODIES) {
        const bytes = Buffer.from(JSON.stringify(body) ?? "\u0000{");
        expect(["event", "handshake", "refused"]).toContain(
          server.read({ ...sample.signed(), body: bytes }).kind,
        );
      }
    });

    test("a handshake is answered, and only when it is signed", () => {
      expect(server.receive(sample.handshake(), secrets)).toMatchObject({
        kind: "handshake",
        answer: { status: 200 },
      });
      expect(server.receive(without(sample.handshake(), signatureHeader), secrets).kind).toBe("refused");
    });

    test("what is not signed with the right secret is refused, whatever it says", () => {
      const good = sample.signed();
      const signature = good.headers.find(([name]) => name === signatureHeader)![1];
      const wrong: Record<string, VendorRequest> = {
        unsigned: without(good, signatureHeader),
        "signed twice": { ...good, headers: [...good.headers, [signatureHeader, signature]] },
        truncated: withSignature(good, signatureHeader, signature.slice(0, -2)),
        "in capitals": withSignature(good, signatureHeader, signature.toUpperCase()),
        "of zeros": withSignature(good, signatureHeader, signature.replaceAll(/[0-9a-f]/g, "0")),
        "no hexadecimal": withSignature(good, signatureHeader, signature.replaceAll(/[0-9a-f]/g, "z")),
        "of nothing": withSignature(good, signatureHeader, ""),
        "with one byte changed": { ...good, body: changed(good.body) },
        "with a byte more": { ...good, body: Uint8Array.from([...good.body, 0x20]) },
      };
      for (const [what, request] of Object.entries(wrong))
        expect(server.receive(request, secrets), what).toMatchObject({ kind: "refused" });
    });

    test("without its secret nothing is let in", () => {
      const nothing = Object.fromEntries(Object.keys(fields).map((name) => [name, ""]));
      for (const missing of [{ fields: {} }, { fields: nothing, registration: "" }])
        expect(server.receive(sample.signed(), missing), JSON.stringify(missing)).toMatchObject({
          kind: "refused",
        });
    });

    test("filters throw at nothing that may stand in a body", () => {
      for (const body of HOSTILE_BODIES) {
        for (const type of Object.keys(server.triggers))
          expect(typeof server.matches({ name: "push", body }, { type, input: sample.wanting.input })).toBe(
            "boolean",
          );
      }
    });

    test("the credential is added to a call, over anything that user code put there, and goes to known origins only", () => {
      const headers = new Headers({ authorization: "Bearer theirs", "x-kept": "yes" });
      server.authorize(headers, fields);
      expect(headers.get("x-kept")).toBe("yes");
      expect(headers.get("authorization")).not.toBe("Bearer theirs");
      expect(server.origins(fields)).toContain(new URL(server.base(fields)).origin);
      expect(server.canonicalBase).not.toMatch(/\/$/);
      for (const origin of server.origins(fields)) expect(new URL(origin).origin).toBe(origin);
    });

    test("an answer tells a refused credential from a refused call, and throws at nothing", () => {
      const refused = server.readCredential(sample.refusing);
      expect(refused).toMatchObject({ kind: "refused", reason: expect.stringMatching(/^[A-Z].*[^.]$/) });
      expect(server.readCredential(sample.accepting)).toMatchObject({ kind: "accepted" });
      const heads = [
        ...HOSTILE_BODIES.map((body) => JSON.stringify(body) ?? "\u0000{"),
        sample.accepting.head,
      ];
      for (const status of [301, 400, 403, 404, 422, 429, 500, 503])
        for (const head of heads)
          expect(server.readCredential({ status, headers: new Headers(), head }), head).toBeUndefined();
      for (const head of heads)
        expect(server.readCredential({ status: 200, headers: new Headers(), head })?.kind).not.toBe(
          "refused",
        );
    });

    test("its set-up can be shown: every field has a name and a label, and its credential is a secret", () => {
      expect(server.title).not.toBe("");
      expect(server.guide).not.toBe("");
      for (const { name, label } of server.fields) {
        expect(name).toMatch(/^[a-z][a-z_]*$/);
        expect(label).not.toBe("");
      }
      expect(server.fields.filter(({ isSecret }) => isSecret)).not.toEqual([]);
      for (const [name, value] of Object.entries(fields)) {
        const isSecret = server.fields.find((field) => field.name === name)?.isSecret;
        if (isSecret !== true) continue;
        expect(server.guide).not.toContain(value);
      }
    });

    test("its triggers refuse what they do not know", () => {
      for (const [type, { input, response }] of Object.entries(server.triggers)) {
        expect(input.strict().safeParse({ unknown: 1 }).success, type).toBe(false);
        expect(["ack", "handler"]).toContain(response);
      }
    });

    describeApprovals(sample);

    const { registrations } = server;
    if (registrations === undefined) return;

    test("what is registered at the vendor is the same for the same trigger", () => {
      const [first, again] = [registrations.wants(sample.wanting), registrations.wants(sample.wanting)];
      expect(again).toEqual(first);
      expect(first.events).toEqual([...first.events].sort());
    });

    const { outbox } = registrations;
    if (outbox === undefined) return;

    test("what was sent is listed newest first within bounds, whatever the vendor answers, and refusals are coded", async () => {
      const registration = { id: "7", target: "octo/hello" };
      let calls = 0;
      const endless: VendorClient = {
        fields,
        fetch: async () => {
          calls += 1;
          return sample.outboxPage!(calls);
        },
      };
      const { attempts, isWhole } = await outbox.list(endless, registration, 0);
      expect([calls <= 20, isWhole]).toEqual([true, false]);
      expect(attempts.length).toBeGreaterThan(0);
      for (const { id, deliveryId } of attempts) expect([id, deliveryId]).not.toContain("");
      const newest = attempts.map(({ sentAtMs }) => sentAtMs);
      expect(newest).toEqual([...newest].sort((one, other) => other - one));
      for (const status of [401, 404, 422, 500]) {
        const refusing: VendorClient = { fields, fetch: async () => Response.json({}, { status }) };
        const coded = expect.objectContaining({ code: "REGISTRATION_FAILED" });
        await expect(outbox.list(refusing, registration, 0)).rejects.toEqual(coded);
        await expect(outbox.sendAgain(refusing, registration, "1")).rejects.toEqual(coded);
      }
    });
  });
}

/** What holds for a vendor at which people decide what runs ask. */
function describeApprovals({ server, fields, secrets, signatureHeader, pressed, rewritten }: ProviderSample) {
  const { approvals } = server;
  if (approvals === undefined) return;

  test("a decision says which, what and who, is for no trigger, and counts only when it is signed", () => {
    const request = pressed!("token-1");
    const received = server.receive(request, secrets);
    expect(received).toMatchObject({
      kind: "approval",
      decision: { token: "token-1", approved: true, by: expect.stringMatching(/./) },
      answer: { status: 200 },
    });
    expect(server.read(without(request, signatureHeader))).toEqual(received);
    expect(server.receive(without(request, signatureHeader), secrets).kind).toBe("refused");
    expect(server.receive({ ...request, body: changed(request.body) }, secrets).kind).toBe("refused");
    if (received.kind !== "approval") return;
    for (const type of Object.keys(server.triggers))
      expect(server.matches(received.event, { type, input: {} }), type).toBe(false);
  });

  test("whatever stands in the place of a token is a text", () => {
    for (const token of [null, undefined, 7, true, "", [], ["token-1"], { token: 1 }, "x".repeat(10_000)])
      expect(server.receive(pressed!(token), secrets)).toMatchObject({
        kind: "approval",
        decision: { token: expect.any(String) },
      });
  });

  const outcomes: ApprovalOutcome[] = [
    { kind: "decided", approved: true, by: "ada <!channel>", comment: "a\n<!here>", at: new Date(0) },
    { kind: "decided", approved: false, at: new Date(0) },
    { kind: "timed-out" },
    { kind: "ended" },
  ];
  test.each(outcomes)(
    "the message says what became of it, and nothing in it decides any more: %o",
    async (outcome) => {
      const received = server.receive(pressed!("token-1"), secrets);
      if (received.kind !== "approval") throw new TypeError("no decision");
      const sent: string[] = [];
      const lend = (answer: () => Response): VendorClient => ({
        fields,
        fetch: async (url, init) => {
          expect(url).toMatch(/^\//);
          sent.push(init?.body ?? "");
          return answer();
        },
      });
      await approvals.tell(lend(rewritten!), received.event, outcome);
      expect(sent).toHaveLength(1);
      expect(sent[0]).not.toMatch(/token-1|<!channel>|<!here>/);
      if (outcome.kind === "decided" && outcome.by !== undefined) expect(sent[0]).toContain("ada");
      for (const status of [400, 401, 404, 500]) {
        const refusing = lend(() => Response.json({}, { status }));
        await expect(approvals.tell(refusing, received.event, outcome)).rejects.toMatchObject({
          code: expect.stringMatching(/^PROVIDER_(CALL_REFUSED|UNREACHABLE)$/),
        });
      }
    },
  );
}

function without(request: VendorRequest, header: string): VendorRequest {
  return { ...request, headers: request.headers.filter(([name]) => name !== header) };
}

function withSignature(request: VendorRequest, header: string, value: string): VendorRequest {
  return { ...request, headers: [...without(request, header).headers, [header, value]] };
}

function changed(body: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(body);
  copy[copy.length - 2]! ^= 1;
  return copy;
}
