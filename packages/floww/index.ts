export * from "@floww/sdk";
