-- A bearer token given by hand, sealed.
ALTER TYPE "auth_kind" ADD VALUE 'bearer';

ALTER TABLE "connections"
  ADD COLUMN "bearer_token_encrypted" TEXT,
  ADD COLUMN "jwks_url" TEXT;

CREATE TYPE "connection_key_state" AS ENUM ('next', 'current', 'old');

-- Key pairs that Bulkhouse made, as published at /.well-known/jwks.json. The private key of the current
-- one lies in connections, where every connection has its key; that of an old one is gone.
CREATE TABLE "connection_keys" (
  "id" UUID NOT NULL,
  "connection_id" UUID NOT NULL,
  "state" "connection_key_state" NOT NULL,
  "algorithm" TEXT NOT NULL,
  "key_id" TEXT NOT NULL,
  "public_jwk" JSONB NOT NULL,
  "private_key_encrypted" TEXT,
  "published_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "retired_at" TIMESTAMPTZ(3),
  CONSTRAINT "connection_keys_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "connection_keys_connection_id_fkey" FOREIGN KEY ("connection_id")
    REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE UNIQUE INDEX "connection_keys_key_id_key" ON "connection_keys"("key_id");
CREATE INDEX "connection_keys_connection_id_state_idx" ON "connection_keys"("connection_id", "state");
