import { useChange } from "../../lib/api.ts";
import { useOrganization, useOrganizationId } from "../../lib/me.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { useSay } from "../../ui/toasts.tsx";
import type { Member } from "./member.ts";

export function RemoveMember({ member, onClose }: { member: Member; onClose(): void }) {
  const organizationId = useOrganizationId();
  const organization = useOrganization();
  const say = useSay();
  const remove = useChange("removeMember");
  const confirm = async () => {
    await remove.mutateAsync({ params: { organizationId, userId: member.userId } });
    say("Removed", `${member.name} is no member any more.`);
    onClose();
  };
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Remove ${member.name}?`}
      action="Remove"
      isDangerous
      change={remove}
      onConfirm={() => void confirm().catch(() => undefined)}
    >
      <p>
        {member.email} loses {organization?.name ?? "the organization"} at once: command lines, dev sessions,
        and every key that they made here. What they deployed stays.
      </p>
    </Confirm>
  );
}
