import { useNavigate } from "@tanstack/react-router";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { api, useChange } from "../../lib/api.ts";
import { useMay } from "../../lib/me.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Menu, MenuItem, MenuLine } from "../../ui/menu.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { ReplayEdited } from "./replay-edited.tsx";
import { ReplayFromStep } from "./replay-from-step.tsx";
import { testOf } from "./test-of.ts";
import type { ExecutionDetail } from "./types.ts";

const UNFINISHED = new Set(["received", "waiting", "started"]);

interface ExecutionActionsProps {
  params: { namespaceId: string; executionId: string };
  detail: ExecutionDetail;
}

/** What can be done with an execution. */
export function ExecutionActions({ params, detail }: ExecutionActionsProps) {
  const mayWrite = useMay("execution.write");
  const mayDevelop = useMay("dev.use");
  const [open, setOpen] = useState<"cancel" | "edited" | "step">();
  const cancel = useChange("cancelExecution");
  const go = useGoTo(params.namespaceId);
  const replay = useChange("replayExecution");
  const say = useSay();
  const close = () => setOpen(undefined);
  const run = async (deployment: "current" | "original") => {
    await attempt(say, async () =>
      go((await replay.mutateAsync({ params, body: { deployment } })).executionId),
    );
  };
  const copyTest = async () => {
    await navigator.clipboard.writeText(testOf(detail));
    say("Copied as a test", "Paste it beside your main.ts and run `floww test`.");
  };
  return (
    <>
      {mayWrite && UNFINISHED.has(detail.status) ? (
        <Button look="danger" onClick={() => setOpen("cancel")}>
          Cancel
        </Button>
      ) : undefined}
      {mayWrite ? (
        <Button look="primary" isBusy={replay.isPending} onClick={() => void run("current")}>
          Replay
        </Button>
      ) : undefined}
      <Menu
        label="More ways to run it again"
        triggerClassName={buttonClass("plain")}
        trigger={
          <>
            More <ChevronDown size={14} aria-hidden="true" />
          </>
        }
      >
        {mayWrite ? (
          <>
            <MenuItem onSelect={() => setOpen("edited")}>Replay with another input…</MenuItem>
            <MenuItem onSelect={() => void run("original")}>Replay on the version that ran it</MenuItem>
            <MenuItem onSelect={() => setOpen("step")}>Replay from a step…</MenuItem>
          </>
        ) : undefined}
        {mayDevelop ? (
          <MenuItem onSelect={() => void attempt(say, () => replayInDevSession(params, detail, go))}>
            Replay into my dev session
          </MenuItem>
        ) : undefined}
        {mayWrite || mayDevelop ? <MenuLine /> : undefined}
        <MenuItem onSelect={() => void copyTest()}>Copy as a test</MenuItem>
      </Menu>
      <Confirm
        isOpen={open === "cancel"}
        onClose={close}
        title="Cancel this execution?"
        action="Cancel it"
        isDangerous
        change={cancel}
        onConfirm={() => void cancel.mutateAsync({ params }).then(close, () => undefined)}
      >
        It ends where it is, with what it invoked. What its handler has done already stays done.
      </Confirm>
      {open === "edited" ? (
        <ReplayEdited params={params} detail={detail} onClose={close} onStarted={go} />
      ) : undefined}
      {open === "step" ? <ReplayFromStep params={params} onClose={close} onStarted={go} /> : undefined}
    </>
  );
}

function useGoTo(namespaceId: string): (executionId: string) => void {
  const navigate = useNavigate();
  return (executionId) => {
    void navigate({ to: "/ns/$namespaceId/executions/$executionId", params: { namespaceId, executionId } });
  };
}

type Say = ReturnType<typeof useSay>;

/** What fails here has no form to say it beside. */
async function attempt(say: Say, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, fix } = error as { message: string; fix?: string };
    say(message, fix);
  }
}

/** Gives the recorded event to the laptop where this very person develops. */
async function replayInDevSession(
  { namespaceId, executionId }: ExecutionActionsProps["params"],
  { workflowId }: ExecutionDetail,
  go: (executionId: string) => void,
): Promise<void> {
  const session = await api.getDevSession({ params: { namespaceId, workflowId } });
  const made = await api.createDevExecution({
    params: { namespaceId, devSessionId: session.id },
    body: { type: "replay", executionId },
  });
  go(made.executionId);
}
