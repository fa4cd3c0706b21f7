"use client";

import { Box, VisuallyHidden } from "@mantine/core";
import { IconWifiOff } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { FailureAlert } from "./failure-alert";
import { Notice } from "./notice";

/**
 * A query on screen: a skeleton while the first answer comes, the failure where none came, else the
 * data. A later failure keeps the data and says that it may be old.
 */
export function Loaded<T>({
  query,
  skeleton,
  children,
}: {
  query: UseQueryResult<T>;
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}) {
  const t = useTranslations("frame");
  if (query.data === undefined) {
    if (query.isError)
      return <FailureAlert failure={query.error} onRetry={() => void query.refetch()} />;
    return (
      <div aria-busy="true">
        <VisuallyHidden>{t("loading")}</VisuallyHidden>
        {skeleton}
      </div>
    );
  }
  return (
    <>
      {query.isError ? (
        <Box mb="md">
          <Notice icon={<IconWifiOff aria-hidden />}>{t("offline")}</Notice>
        </Box>
      ) : null}
      {children(query.data)}
    </>
  );
}
