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
  {
    id: "organizations/0003-outside",
    sql: `
      -- What an identity provider tells of organizations and of who belongs to them, apart from what we make of it: a
      -- later word is never overwritten by an earlier one (changed_at is the provider's time), and what has ended stays
      -- here so that an older event cannot bring it back.
      create table outside_organizations (
        issuer text not null,
        outside_id text not null,
        name text not null,
        is_deleted boolean not null default false,
        changed_at timestamptz not null,
        -- Ours, once somebody is in it.
        organization_id uuid unique references organizations,
        primary key (issuer, outside_id)
      );
      create table outside_memberships (
        issuer text not null,
        outside_organization text not null,
        subject text not null,
        roles text[] not null,
        is_active boolean not null,
        is_of_directory boolean not null,
        changed_at timestamptz not null,
        -- True while a membership of ours is there because of it.
        is_applied boolean not null default false,
        primary key (issuer, outside_organization, subject)
      );
      create index outside_memberships_subject on outside_memberships (issuer, subject);
      -- Which events were taken: they come more than once.
      create table outside_events (
        issuer text not null,
        id text not null,
        taken_at timestamptz not null default now(),
        primary key (issuer, id)
      );
      -- How far the provider's list of events was read, and by which rules memberships were made of what it said (a hash).
      create table outside_cursors (
        issuer text primary key,
        last_event text,
        read_until timestamptz not null,
        settled_by text
      );`,
  },
];
