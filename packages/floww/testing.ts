export * from "@floww/sdk/testing";
