import { describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";

const FULL = {
  FLOWW_OIDC_ISSUER: "https://accounts.example.com",
  FLOWW_OIDC_CLIENT_ID: "floww",
  FLOWW_OIDC_CLIENT_SECRET: "hush, a secret",
};

test("people sign in by password, or by the issuer that is named whole", () => {
  expect(readConfig({}).identity).toEqual({ kind: "embedded" });
  expect(readConfig(FULL).identity).toMatchObject({ kind: "oidc", clientId: "floww" });
});

test.each([
  ["FLOWW_OIDC_ISSUER", undefined],
  ["FLOWW_OIDC_CLIENT_ID", undefined],
  ["FLOWW_OIDC_CLIENT_SECRET", undefined],
  ["FLOWW_OIDC_ISSUER", "http://accounts.example.com"],
  ["FLOWW_OIDC_ISSUER", "http://127.0.0.1.evil.example"],
  ["FLOWW_OIDC_ISSUER", "accounts"],
])("half of one is refused with the variable's name, and never its secret: %s", (name, value) => {
  const { [name as keyof typeof FULL]: _, ...rest } = FULL;
  const read = () => readConfig({ ...rest, ...(value === undefined ? {} : { [name]: value }) });
  expect(read).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(name) }),
  );
  expect(read).not.toThrow(/hush/);
});

describe("WorkOS", () => {
  const workos = {
    FLOWW_WORKOS_CLIENT_ID: "client_1",
    FLOWW_WORKOS_API_KEY: "sk_hush",
    FLOWW_WORKOS_WEBHOOK_SECRET: "whsec_hush",
  };

  test("signs people in where it is named whole", () => {
    expect(readConfig(workos).identity).toMatchObject({
      kind: "workos",
      clientId: "client_1",
      organizations: [],
      roles: { owner: "owner", member: "viewer" },
    });
    expect(
      readConfig({
        ...workos,
        FLOWW_WORKOS_ORGANIZATIONS: " org_A, org_B,",
        FLOWW_WORKOS_ROLES: "member=developer, it-lead=owner",
        FLOWW_WORKOS_API_URL: "https://auth.example.com",
      }).identity,
    ).toMatchObject({
      organizations: ["org_A", "org_B"],
      roles: { member: "developer", "it-lead": "owner", viewer: "viewer" },
      apiUrl: new URL("https://auth.example.com"),
    });
  });

  test.each([
    ["FLOWW_WORKOS_CLIENT_ID", undefined],
    ["FLOWW_WORKOS_API_KEY", undefined],
    ["FLOWW_WORKOS_WEBHOOK_SECRET", undefined],
    ["FLOWW_WORKOS_API_URL", "http://auth.example.com"],
    ["FLOWW_WORKOS_API_URL", "https://auth.example.com/path"],
    ["FLOWW_WORKOS_API_URL", "https://user@auth.example.com"],
    ["FLOWW_WORKOS_ORGANIZATIONS", "acme"],
    ["FLOWW_WORKOS_ROLES", "member"],
    ["FLOWW_WORKOS_ROLES", "member=god"],
    ["FLOWW_WORKOS_ROLES", "member=constructor"],
  ])(
    "half or a wrong part of it is refused with the variable's name, and never a secret: %s",
    (name, value) => {
      const { [name as keyof typeof workos]: _, ...rest } = workos;
      const read = () => readConfig({ ...rest, ...(value === undefined ? {} : { [name]: value }) });
      expect(read).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(name) }),
      );
      expect(read).not.toThrow(/hush/);
    },
  );

  test("is not mixed with another provider, nor begun with what stands beside it", () => {
    expect(() => readConfig({ ...workos, ...FULL })).toThrow(/FLOWW_WORKOS_CLIENT_ID/);
    expect(() => readConfig({ FLOWW_WORKOS_ROLES: "member=owner" })).toThrow(/FLOWW_WORKOS_CLIENT_ID/);
  });
});
