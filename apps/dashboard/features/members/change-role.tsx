import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useOrganizationId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/problem.tsx";
import { RoleChoice } from "../../ui/role-choice.tsx";
import { useSay } from "../../ui/toasts.tsx";
import type { Member } from "./member.ts";

export function ChangeRole({ member, onClose }: { member: Member; onClose(): void }) {
  const organizationId = useOrganizationId();
  const say = useSay();
  const [role, setRole] = useState(member.role);
  const change = useChange("changeMemberRole");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    await change.mutateAsync({ params: { organizationId, userId: member.userId }, body: { role } });
    say("Role changed", `${member.name} is ${role} from now on.`);
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Role of ${member.name}`}
      lead="It holds from the next request on, in browsers and command lines."
    >
      <form onSubmit={(event) => void submit(event).catch(() => undefined)}>
        <RoleChoice value={role} onChange={setRole} />
        <Problem error={change.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isBusy={change.isPending} disabled={role === member.role}>
            Change role
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
