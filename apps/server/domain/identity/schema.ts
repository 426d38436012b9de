import type { Migration } from "../../platform/db/migrate.ts";

export const identityMigrations: Migration[] = [
  {
    id: "identity/0001-api-keys",
    sql: `
      -- Keys of the machine's owner and of service accounts. Only the hash is here: a dump opens nothing.
      create table api_keys (
        id uuid primary key,
        organization_id uuid not null references organizations,
        name text not null,
        role text not null,
        hash bytea not null unique,
        created_at timestamptz not null default now(),
        expires_at timestamptz,
        revoked_at timestamptz
      );`,
  },
  {
    id: "identity/0002-people",
    sql: `
      -- The four tables of better-auth, in our names (create-auth.ts maps them): who a person is, and their browser
      -- sessions. A session's token is worth nothing without the signature that only the cookie carries.
      create table users (
        id uuid primary key,
        name text not null,
        email text not null unique check (email = lower(email)),
        email_verified boolean not null default false,
        image text,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );
      create table accounts (
        id uuid primary key,
        user_id uuid not null references users on delete cascade,
        account_id text not null,
        provider_id text not null,
        access_token text,
        refresh_token text,
        id_token text,
        access_token_expires_at timestamptz,
        refresh_token_expires_at timestamptz,
        scope text,
        password text,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        unique (provider_id, account_id)
      );
      create index accounts_user on accounts (user_id);
      create table sessions (
        id uuid primary key,
        user_id uuid not null references users on delete cascade,
        token text not null unique,
        ip_address text,
        user_agent text,
        expires_at timestamptz not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );
      create index sessions_user on sessions (user_id);
      create table verifications (
        id uuid primary key,
        identifier text not null,
        value text not null,
        expires_at timestamptz not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );
      create index verifications_identifier on verifications (identifier);
      alter table api_keys add column created_by uuid references users;`,
  },
  {
    id: "identity/0003-device-flow",
    sql: `
      -- RFC 8628. pending -> approved -> redeemed, or pending -> denied; past expires_at none of it counts.
      create table device_authorizations (
        id uuid primary key,
        device_code_hash bytea not null unique,
        -- Keyed: a user code alone is short enough to be guessed from a plain hash.
        user_code_mac bytea not null unique,
        client_id text not null,
        address text not null,
        state text not null default 'pending' check (state in ('pending', 'approved', 'denied', 'redeemed')),
        user_id uuid references users on delete cascade,
        interval_seconds int not null,
        polled_at timestamptz,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null
      );
      create index device_authorizations_expiry on device_authorizations (expires_at);
      -- One sign-in of a command line: the family of every token that descends from it.
      create table cli_sessions (
        id uuid primary key,
        user_id uuid not null references users on delete cascade,
        client_id text not null,
        address text not null,
        created_at timestamptz not null default now(),
        last_used_at timestamptz not null default now(),
        revoked_at timestamptz
      );
      create index cli_sessions_user on cli_sessions (user_id);
      create table cli_tokens (
        hash bytea primary key,
        session_id uuid not null references cli_sessions on delete cascade,
        kind text not null check (kind in ('access', 'refresh')),
        expires_at timestamptz not null,
        -- A refresh token that comes a second time was stolen, or its thief's was: the family ends.
        used_at timestamptz
      );
      create index cli_tokens_session on cli_tokens (session_id);`,
  },
  {
    id: "identity/0004-outside-identities",
    sql: `
      -- Whom an identity provider means by its subject. Never by e-mail: an address changes hands, a subject does not.
      create table outside_identities (
        issuer text not null,
        subject text not null,
        user_id uuid not null references users on delete cascade,
        created_at timestamptz not null default now(),
        primary key (issuer, subject)
      );
      create index outside_identities_user on outside_identities (user_id);`,
  },
  {
    id: "identity/0005-outside-sessions",
    sql: `
      -- A browser's session here and the provider's that it came from: either ends the other.
      create table outside_sessions (
        session_id uuid primary key references sessions on delete cascade,
        issuer text not null,
        outside_id text not null,
        -- Good once: sealed, for whoever reads it could be that person there.
        refresh_token bytea not null,
        asked_at timestamptz not null default now()
      );
      create index outside_sessions_outside on outside_sessions (issuer, outside_id);
      -- When the provider last said something of the person, by its own time; and that there is no such person any more.
      alter table outside_identities add column changed_at timestamptz not null default '-infinity',
        add column is_deleted boolean not null default false;`,
  },
  {
    id: "identity/0006-passkeys",
    sql: `
      -- Public keys: whoever reads them can check a signature, and make none.
      create table passkeys (
        id uuid primary key,
        user_id uuid not null references users on delete cascade,
        name text not null,
        -- The authenticator's own, base64url.
        credential_id text not null unique,
        public_key bytea not null,
        -- Grows with each use where the authenticator counts; one that comes back lower was copied.
        counter bigint not null,
        transports text[] not null,
        is_synced boolean not null,
        created_at timestamptz not null default now(),
        last_used_at timestamptz
      );
      create index passkeys_user on passkeys (user_id);
      -- Challenges that were answered, until they would be too old anyway.
      create table used_challenges (
        hash bytea primary key,
        expires_at timestamptz not null
      );
      create index used_challenges_expiry on used_challenges (expires_at);`,
  },
  {
    id: "identity/0007-administrators",
    sql: `
      -- Beside the people, whose table is better-auth's. Administrators run the server, whatever their role in an
      -- organization is.
      create table administrators (
        user_id uuid primary key references users on delete cascade,
        since timestamptz not null default now()
      );
      create table blocked_people (
        user_id uuid primary key references users on delete cascade,
        blocked_at timestamptz not null default now()
      );
      create index api_keys_created_by on api_keys (created_by);`,
  },
];
