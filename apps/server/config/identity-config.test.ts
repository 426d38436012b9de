import { expect, test } from "vitest";
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
