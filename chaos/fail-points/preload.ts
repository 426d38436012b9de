import { subscribe } from "node:diagnostics_channel";

// Loaded before the server with `--import …/preload.ts?point=<name>&pass=<n>`: kills it, as the kernel would, at the n-th
// time that it comes by.
const { searchParams } = new URL(import.meta.url);
const point = searchParams.get("point");
let passesLeft = Number(searchParams.get("pass"));

subscribe(`floww:${point}`, () => {
  passesLeft -= 1;
  if (passesLeft === 0) process.kill(process.pid, "SIGKILL");
});
process.stderr.write(`fail point: ${point}\n`);
