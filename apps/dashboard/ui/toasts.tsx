import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import type { ReactNode } from "react";

/** Says that something has happened, at the screen's corner, for a few seconds. */
export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider limit={3} timeout={5_000}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 grid w-[calc(100vw-2rem)] max-w-sm gap-2">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="flex items-start justify-between gap-3 rounded-lg border bg-raised px-3 py-2 shadow-lg"
    >
      <Toast.Content className="min-w-0 [overflow-wrap:anywhere]">
        <Toast.Title className="font-medium" />
        <Toast.Description className="text-soft" />
      </Toast.Content>
      <Toast.Close aria-label="Dismiss" className="rounded p-1 hover:bg-hover">
        <X size={14} aria-hidden="true" />
      </Toast.Close>
    </Toast.Root>
  ));
}

/** `say("Paused")`. */
export function useSay(): (title: string, description?: string) => void {
  const { add } = Toast.useToastManager();
  return (title, description) => {
    add({ title, ...(description === undefined ? {} : { description }) });
  };
}
