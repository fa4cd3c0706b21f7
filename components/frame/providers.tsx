"use client";

import { createTheme, MantineProvider, mergeThemeOverrides } from "@mantine/core";
import { DatesProvider } from "@mantine/dates";
import { Notifications } from "@mantine/notifications";
import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { IntlProvider, type Locale } from "use-intl";
import "dayjs/locale/zh-cn";
import { oncePerAccident } from "@/lib/browser/api";
import { theme } from "./theme";

/** Everything that the whole tree needs: theme, words, and the cache of what the server said. */
export function Providers({
  locale,
  messages,
  now,
  children,
}: {
  locale: Locale;
  messages: Record<string, unknown>;
  /** the server's clock at rendering, so that relative times agree on both sides */
  now: number;
  children: ReactNode;
}) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: { staleTime: 2_000, retry: oncePerAccident, refetchOnWindowFocus: true },
        },
        mutationCache: new MutationCache(),
      }),
  );
  // Every button that closes something has a name, also in what others draw for us.
  const close = (messages.frame as { close: string }).close;
  const worded = useMemo(() => {
    const closeButton = { defaultProps: { "aria-label": close } };
    return mergeThemeOverrides(theme, createTheme({ components: { CloseButton: closeButton } }));
  }, [close]);
  return (
    <IntlProvider
      locale={locale}
      messages={messages as never}
      now={new Date(now)}
      timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}
    >
      <MantineProvider theme={worded} defaultColorScheme="auto">
        <DatesProvider settings={{ locale: locale === "zh-CN" ? "zh-cn" : "en" }}>
          <QueryClientProvider client={client}>
            <Notifications position="bottom-right" />
            {children}
          </QueryClientProvider>
        </DatesProvider>
      </MantineProvider>
    </IntlProvider>
  );
}
