-- How the server wants the lists of a kick-off ("comma", "mixed", "repeat", "post"), who said so
-- ("person", "server", "refusal"), and the hosts beside its own that may get its token.
ALTER TABLE "connections"
  ADD COLUMN "dialect" TEXT,
  ADD COLUMN "dialect_source" TEXT,
  ADD COLUMN "allowed_hosts" TEXT[] NOT NULL DEFAULT '{}';

-- When X-Progress last changed, and from when on the total limit counts (a retry sets it anew).
ALTER TABLE "export_jobs"
  ADD COLUMN "progress_at" TIMESTAMPTZ(3),
  ADD COLUMN "limit_from" TIMESTAMPTZ(3);
