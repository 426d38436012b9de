export * from "@floww/providers";
