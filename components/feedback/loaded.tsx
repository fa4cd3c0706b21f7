"use client";

import { Box, Stack, Title, VisuallyHidden } from "@mantine/core";
import { IconWifiOff } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { isRefusal } from "@/lib/browser/api";
import { FailureAlert } from "./failure-alert";
import { useFailureText } from "./failure-text";
import { NotFound } from "./not-found";
import { Notice } from "./notice";

/**
 * A query on screen: a skeleton while the first answer comes, the failure where none came, else the
 * data. A later failure keeps the data and says that it may be old; a lost connection is told once, for
 * the whole window (Reconnecting).
 */
export function Loaded<T>({
  query,
  skeleton,
  wholePage = false,
  children,
}: {
  query: UseQueryResult<T>;
  skeleton: ReactNode;
  /** the page's heading comes with the data: a failure then brings its own */
  wholePage?: boolean;
  children: (data: T) => ReactNode;
}) {
  const t = useTranslations("frame");
  const failureText = useFailureText();
  if (query.data === undefined) {
    if (query.isError) {
      // To ask again for what is not there would bring the same answer.
      if (wholePage && isRefusal(query.error))
        return <NotFound>{failureText(query.error)}</NotFound>;
      const failure = <FailureAlert failure={query.error} onRetry={() => void query.refetch()} />;
      if (!wholePage) return failure;
      return (
        <Stack>
          <Title order={1} size="h2">
            {t("failed-title")}
          </Title>
          {failure}
        </Stack>
      );
    }
    return (
      <div aria-busy="true">
        <VisuallyHidden>{t("loading")}</VisuallyHidden>
        {skeleton}
      </div>
    );
  }
  return (
    <>
      {query.error && !(query.error instanceof TypeError) ? (
        <Box mb="md">
          <Notice icon={<IconWifiOff aria-hidden />}>{t("offline")}</Notice>
        </Box>
      ) : null}
      {children(query.data)}
    </>
  );
}
