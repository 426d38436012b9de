export * from "@floww/providers";
export * from "@floww/sdk";
