import { FlowwError } from "@floww/contract/errors";
import { CircleAlert, Inbox, Lock } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";
import { Button } from "./button.tsx";

/** Grey bars where rows will be: as high as they, so that nothing jumps. */
export function Loading({ rows = 6, className }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={classNames("grid gap-3 p-4", className)}>
      {Array.from({ length: rows }, (_, index) => (
        <div
          key={index}
          className="h-5 motion-safe:animate-pulse rounded bg-hover"
          style={{ width: `${90 - ((index * 17) % 40)}%` }}
        />
      ))}
    </div>
  );
}

interface MessageProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  role?: "alert";
}

function Message({ icon, title, children, role }: MessageProps) {
  return (
    <div role={role} className="flex flex-col items-center gap-2 px-6 py-10 text-center">
      <span className="text-soft" aria-hidden="true">
        {icon}
      </span>
      <p className="font-medium [overflow-wrap:anywhere]">{title}</p>
      {children === undefined ? undefined : (
        <div className="max-w-prose text-soft [overflow-wrap:anywhere]">{children}</div>
      )}
    </div>
  );
}

/** Nothing is there yet: what it would be, and how it comes about. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Message icon={<Inbox size={28} />} title={title}>
      {children}
    </Message>
  );
}

/** What went wrong, in the server's own words; what the person may not see is told apart. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (error instanceof FlowwError && error.code === "FORBIDDEN")
    return (
      <Message icon={<Lock size={28} />} title="This is not open to you" role="alert">
        {error.message}
      </Message>
    );
  const isOurs = error instanceof FlowwError;
  return (
    <Message
      icon={<CircleAlert size={28} />}
      title={isOurs ? error.message : "The server could not be reached"}
      role="alert"
    >
      <p>{isOurs ? error.fix : "Check the connection; this page tries again when it is back."}</p>
      {onRetry === undefined ? undefined : (
        <Button className="mt-3" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Message>
  );
}
