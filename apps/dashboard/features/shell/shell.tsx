import { Dialog } from "@base-ui/react/dialog";
import { Link, useParams } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { lastNamespace } from "../../lib/last-namespace.ts";
import { useMe } from "../../lib/me.ts";
import { useSignedOut } from "../../lib/sign-out.ts";
import { Brand } from "./brand.tsx";
import { LiveIndicator } from "./live-indicator.tsx";
import { NamespaceMenu } from "./namespace-menu.tsx";
import { Navigation } from "./navigation.tsx";
import { PaletteButton } from "./palette-button.tsx";
import { PersonMenu } from "./person-menu.tsx";
import type { Place } from "./screens.ts";
import { SignedOut } from "./signed-out.tsx";

/** The frame of every screen: where one is, where one can go, who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const signedOut = useSignedOut();
  if (signedOut !== undefined) return <SignedOut elsewhereUrl={signedOut} />;
  return <Frame>{children}</Frame>;
}

function Frame({ children }: { children: ReactNode }) {
  const me = useMe();
  const params = useParams({ strict: false });
  // Beside an organization's screens stands a namespace of that organization.
  const near = me?.namespaces.filter(({ organizationId }) =>
    params.organizationId === undefined ? true : organizationId === params.organizationId,
  );
  const kept = near?.find(({ id }) => id === lastNamespace());
  const namespaceId = params.namespaceId ?? (kept ?? near?.[0])?.id;
  const organizationId =
    params.organizationId ??
    me?.namespaces.find(({ id }) => id === namespaceId)?.organizationId ??
    me?.organizations[0]?.id;
  const place = { namespaceId, organizationId };
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-card focus:p-2"
      >
        Skip to the content
      </a>
      <aside className="sticky top-0 hidden h-dvh border-r bg-card p-3 md:block">
        <Side {...place} />
      </aside>
      <PhoneBar {...place} />
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-6xl min-w-0 p-4 outline-none md:p-6">
        {children}
      </main>
    </div>
  );
}

function Side({ onNavigate, ...place }: Place & { onNavigate?: () => void }) {
  return (
    <div className="flex h-full flex-col gap-3">
      <Link
        to="/"
        className="flex items-center gap-2 rounded-lg px-2.5 py-1 text-base font-bold tracking-tight"
      >
        <Brand />
      </Link>
      <NamespaceMenu namespaceId={place.namespaceId} />
      <PaletteButton place={place} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Navigation place={place} {...(onNavigate === undefined ? {} : { onNavigate })} />
      </div>
      {place.namespaceId === undefined ? undefined : <LiveIndicator namespaceId={place.namespaceId} />}
      <PersonMenu />
    </div>
  );
}

function PhoneBar(place: Place) {
  const [isOpen, setOpen] = useState(false);
  return (
    <header className="sticky top-0 z-30 flex items-center justify-between border-b bg-card px-4 py-2 md:hidden">
      <Link to="/" className="flex items-center gap-2 font-bold">
        <Brand />
      </Link>
      <Dialog.Root open={isOpen} onOpenChange={setOpen}>
        <Dialog.Trigger aria-label="Menu" className="rounded-lg p-2 hover:bg-hover">
          <MenuIcon size={18} aria-hidden="true" />
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/50" />
          <Dialog.Popup className="fixed inset-y-0 right-0 z-50 w-72 border-l bg-card p-3">
            <Dialog.Title className="sr-only">Menu</Dialog.Title>
            <Side {...place} onNavigate={() => setOpen(false)} />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </header>
  );
}
