import type { Role } from "@floww/contract/api";
import { Badge, type Tone } from "./badge.tsx";

const TONES: Record<Role, Tone> = { owner: "accent", admin: "busy", developer: "good", viewer: "plain" };

export function RoleBadge({ role }: { role: Role }) {
  return <Badge tone={TONES[role]}>{role}</Badge>;
}
