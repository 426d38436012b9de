import { expect, test } from "vitest";
import { githubServer } from "../server.ts";

const token = { access_token: "ghp_x" };

const addresses = [
  {
    server_url: undefined,
    base: "https://api.github.com",
    origins: ["https://api.github.com", "https://uploads.github.com"],
  },
  { server_url: " ", base: "https://api.github.com" },
  { server_url: "https://github.com", base: "https://api.github.com" },
  { server_url: "https://www.GitHub.com/", base: "https://api.github.com" },
  { server_url: "https://api.github.com/", base: "https://api.github.com" },
  {
    server_url: "https://ghe.example.com",
    base: "https://ghe.example.com/api/v3",
    origins: ["https://ghe.example.com"],
  },
  { server_url: "https://ghe.example.com/api/v3/", base: "https://ghe.example.com/api/v3" },
  {
    server_url: "https://ghe.example.com:8443",
    base: "https://ghe.example.com:8443/api/v3",
    origins: ["https://ghe.example.com:8443"],
  },
  { server_url: "https://api.ghe.example.com", base: "https://api.ghe.example.com" },
  {
    server_url: "https://octo.ghe.com",
    base: "https://api.octo.ghe.com",
    origins: ["https://api.octo.ghe.com", "https://uploads.octo.ghe.com"],
  },
  { server_url: "https://github.com.evil.example", base: "https://github.com.evil.example/api/v3" },
  {
    server_url: "http://127.0.0.1:4001",
    base: "http://127.0.0.1:4001/api/v3",
    origins: ["http://127.0.0.1:4001"],
  },
];

test.each(addresses)("the API of $server_url is at $base", ({ server_url, base, origins }) => {
  const fields = { ...token, ...(server_url === undefined ? {} : { server_url }) };
  githubServer.checkFields?.(fields);
  expect(githubServer.base(fields)).toBe(base);
  if (origins !== undefined) expect(githubServer.origins(fields)).toEqual(origins);
});

test("an address that the token should not travel to is refused", () => {
  const wrong = [
    "github.example.com",
    "http://ghe.example.com",
    "http://127.0.0.1.example.com",
    "ftp://ghe.example.com",
    "https://user@ghe.example.com",
    "https://:word@ghe.example.com",
    "https://ghe.example.com/?a=1",
    "https://ghe.example.com/#a",
  ];
  for (const server_url of wrong) {
    expect(() => githubServer.checkFields?.({ ...token, server_url }), server_url).toThrow(
      expect.objectContaining({
        code: "PROVIDER_FIELDS_INVALID",
        message: expect.stringContaining("server_url"),
      }),
    );
  }
});

test("a token that no header can carry is refused, and is not in the message", () => {
  for (const access_token of ["", "ghp_a b", "ghp_a\r\nx-other: 1", "ghp_ä"]) {
    const check = () => githubServer.checkFields?.({ access_token });
    expect(check).toThrow(expect.objectContaining({ code: "PROVIDER_FIELDS_INVALID" }));
    expect(check).not.toThrow(/ghp_/);
  }
});

test("the token takes the place of whatever user code sent as authorization", () => {
  const headers = new Headers({ authorization: "Bearer mine", accept: "text/plain" });
  githubServer.authorize(headers, token);
  expect([...headers]).toEqual([
    ["accept", "text/plain"],
    ["authorization", "Bearer ghp_x"],
  ]);
});
