import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const FULL = {
  FLOWW_CENTRIFUGO_URL: "wss://rt.example.com/connection/websocket",
  FLOWW_CENTRIFUGO_API_URL: "http://centrifugo:8000/api",
  FLOWW_CENTRIFUGO_API_KEY: "a key",
  FLOWW_CENTRIFUGO_TOKEN_KEY: "0123456789abcdef0123456789abcdef",
};

test("the broker is the embedded one, or the Centrifugo that is named whole", () => {
  expect(readConfig({}).realtime).toEqual({ kind: "embedded" });
  expect(readConfig(FULL).realtime).toMatchObject({ kind: "centrifugo", apiKey: "a key" });
});

test.each([
  ["FLOWW_CENTRIFUGO_API_KEY", undefined],
  ["FLOWW_CENTRIFUGO_TOKEN_KEY", undefined],
  ["FLOWW_CENTRIFUGO_URL", undefined],
  ["FLOWW_CENTRIFUGO_URL", "https://rt.example.com"],
  ["FLOWW_CENTRIFUGO_API_URL", "centrifugo:8000"],
  ["FLOWW_CENTRIFUGO_TOKEN_KEY", "too short"],
])("half of one is refused with the variable's name, and never its key: %s", (name, value) => {
  const { [name as keyof typeof FULL]: _, ...rest } = FULL;
  const read = () => readConfig({ ...rest, ...(value === undefined ? {} : { [name]: value }) });
  expect(read).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(name) }),
  );
  expect(read).not.toThrow(/too short|a key|0123456789/);
});
