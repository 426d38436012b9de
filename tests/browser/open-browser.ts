import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The headless shell is Chromium without the desktop's windows around it, and needs two thirds of the time. */
const CHROMIUMS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** Where there is no Chromium the suites that need one say so and are skipped. */
export function hasChromium(): boolean {
  return findChromium() !== undefined;
}

/** A real Chromium that speaks with nobody but the pages' servers. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium()!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

function findChromium(): string | undefined {
  return CHROMIUMS.find((path) => existsSync(path));
}
