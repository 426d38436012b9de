export * from "@floww/sdk/kv";
