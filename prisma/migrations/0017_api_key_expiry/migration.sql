-- Keys can end by themselves, and tell from where they were used last.
ALTER TABLE "api_keys"
  ADD COLUMN "expires_at" TIMESTAMPTZ(3),
  ADD COLUMN "last_used_ip" TEXT;
