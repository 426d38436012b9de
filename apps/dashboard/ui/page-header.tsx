import { type ReactNode, useEffect } from "react";

interface PageHeaderProps {
  /** Also the browser tab's, before the product's name. */
  title: string;
  /** What stands beside the title: a state, a version. */
  beside?: ReactNode;
  /** A line below it. */
  lead?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, beside, lead, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Floww`;
  }, [title]);
  return (
    <header className="mb-4 flex flex-wrap items-start justify-between gap-3">
      <div className="min-w-0">
        <div className="flex min-h-8 flex-wrap items-center gap-2">
          <h1 className="text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
          {beside}
        </div>
        {lead === undefined ? undefined : <p className="text-soft [overflow-wrap:anywhere]">{lead}</p>}
      </div>
      {actions === undefined ? undefined : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
