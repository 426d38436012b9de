import { useEffect } from "react";
import { buttonClass } from "../../ui/button.tsx";
import { Brand } from "./brand.tsx";

/** In place of everything: nothing of what was open is left on the screen. */
export function SignedOut({ elsewhereUrl }: { elsewhereUrl: string }) {
  useEffect(() => {
    document.title = "Signed out · Floww";
  }, []);
  return (
    <main className="grid min-h-dvh place-content-center gap-4 p-4">
      <p className="flex items-center justify-center gap-2 text-base font-bold">
        <Brand />
      </p>
      <div className="max-w-sm rounded-xl border bg-card p-6">
        <h1 className="text-xl font-semibold">Signed out</h1>
        <p className="mt-1 text-soft">
          This browser is signed out of Floww. Your identity provider still knows you.
        </p>
        <div className="mt-4 grid gap-2">
          {/^https?:/.test(elsewhereUrl) ? (
            <a href={elsewhereUrl} className={buttonClass("primary")}>
              Sign out of it as well
            </a>
          ) : undefined}
          <a href="/login" className={buttonClass()}>
            Sign in again
          </a>
        </div>
      </div>
    </main>
  );
}
