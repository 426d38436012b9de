import { expect, test } from "vitest";
import { readAddressList } from "../platform/address-list.ts";
import { clientAddress } from "./client-address.ts";

const proxies = readAddressList("FLOWW_TRUSTED_PROXIES", ["10.0.0.0/8", "fd00::1"]);

test("a forwarded address is believed only from a trusted proxy", () => {
  expect(clientAddress("203.0.113.9", "198.51.100.1", proxies)).toBe("203.0.113.9");
  expect(clientAddress("10.1.2.3", "198.51.100.1", proxies)).toBe("198.51.100.1");
  expect(clientAddress("::ffff:10.1.2.3", "198.51.100.1", proxies)).toBe("198.51.100.1");
});

test("what the caller wrote before the trusted proxies does not count", () => {
  expect(clientAddress("10.1.2.3", "127.0.0.1, 198.51.100.1, 10.9.9.9", proxies)).toBe("198.51.100.1");
  expect(clientAddress("10.1.2.3", "<script>", proxies)).toBe("10.1.2.3");
  expect(clientAddress("10.1.2.3", null, proxies)).toBe("10.1.2.3");
});

test("an entry that is no address keeps the server from starting", () => {
  expect(() => readAddressList("FLOWW_TRUSTED_PROXIES", ["proxy.local"])).toThrow("proxy.local");
});
