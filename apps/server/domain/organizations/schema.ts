import type { Migration } from "../../platform/db/migrate.ts";

export const organizationMigrations: Migration[] = [
  {
    id: "organizations/0001-organizations",
    sql: `
      create table organizations (
        id uuid primary key,
        name text not null,
        created_at timestamptz not null default now()
      );`,
  },
];

/** Run after the tables of people, to whom these refer. */
export const membershipMigrations: Migration[] = [
  {
    id: "organizations/0002-memberships",
    sql: `
      create table memberships (
        organization_id uuid not null references organizations,
        user_id uuid not null references users on delete cascade,
        role text not null check (role in ('owner', 'admin', 'developer', 'viewer')),
        joined_at timestamptz not null default now(),
        primary key (organization_id, user_id)
      );
      create index memberships_user on memberships (user_id);
      create table invitations (
        id uuid primary key,
        organization_id uuid not null references organizations,
        email text not null,
        role text not null check (role in ('owner', 'admin', 'developer', 'viewer')),
        token_hash bytea not null unique,
        invited_by text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        accepted_at timestamptz,
        revoked_at timestamptz
      );
      create index invitations_organization on invitations (organization_id);`,
  },
];
