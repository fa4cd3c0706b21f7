"use client";

import { Loader, Paper, Portal, Text } from "@mantine/core";
import { onlineManager, type Query, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { useFormatter, useTranslations } from "use-intl";

/** The server could not be reached, or a proxy before it could not: it did not answer itself. */
function isLost(query: Query): boolean {
  const { error, fetchFailureReason } = query.state;
  const failure: unknown = fetchFailureReason ?? error;
  if (failure instanceof TypeError) return true;
  const status = (failure as { status?: number } | null)?.status;
  return status === 502 || status === 503 || status === 504;
}

/**
 * Says quietly that the connection is lost and of when the page is, at the foot of the window so that
 * nothing moves; goes by itself. What is lost is asked for again meanwhile, so the page catches up.
 */
export function Reconnecting() {
  const t = useTranslations("frame");
  const format = useFormatter();
  const client = useQueryClient();
  const cache = client.getQueryCache();
  const lost = useSyncExternalStore(
    (changed) => {
      const stops = [cache.subscribe(changed), onlineManager.subscribe(changed)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    () => {
      const shown = cache.findAll({ type: "active" });
      const since = shown.filter((query) => query.state.data !== undefined && isLost(query));
      if (since.length === 0 && onlineManager.isOnline()) return 0;
      // Of when the newest of what is on screen is.
      return Math.max(1, ...shown.map((query) => query.state.dataUpdatedAt));
    },
    () => 0,
  );
  const isGone = lost > 0;
  // A query that has no interval of its own, or has just lost it with its job's end, would stay as it is.
  useEffect(() => {
    if (!isGone) return;
    const timer = setInterval(
      () =>
        void client.refetchQueries({
          type: "active",
          predicate: (query) => isLost(query) && query.state.fetchStatus === "idle",
        }),
      3_000,
    );
    return () => clearInterval(timer);
  }, [client, isGone]);
  if (!isGone) return null;
  return (
    <Portal>
      <Paper
        role="status"
        withBorder
        shadow="md"
        radius="xl"
        px="md"
        py={8}
        style={{
          position: "fixed",
          bottom: 16,
          left: "50%",
          transform: "translateX(-50%)",
          zIndex: 300,
          display: "flex",
          alignItems: "center",
          gap: 10,
          maxWidth: "calc(100vw - 32px)",
        }}
      >
        <Loader size={14} color="yellow" aria-hidden />
        <Text size="sm" className="numbers">
          {lost === 1
            ? t("reconnecting")
            : t("reconnecting-since", {
                time: format.dateTime(new Date(lost), { timeStyle: "medium" }),
              })}
        </Text>
      </Paper>
    </Portal>
  );
}
