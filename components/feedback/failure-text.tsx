"use client";

import { useMessages, useTranslations } from "use-intl";
import { ApiError } from "@/lib/browser/api";

type Failing = {
  code: string;
  params?: Record<string, string | number>;
  error?: string;
  message?: string;
};

/**
 * Renders a failure in the reader's language: by code and values where the message files know the
 * code, else in the words that came with it.
 */
export function useFailureText(): (failure: unknown) => string {
  const t = useTranslations();
  const words = useMessages() as { errors?: Record<string, string> };
  return (failure) => {
    const failing: Failing | null =
      failure instanceof ApiError
        ? failure.failure
        : failure && typeof failure === "object" && "code" in failure
          ? (failure as Failing)
          : null;
    if (!failing) return t("frame.offline" as never);
    if (words.errors?.[failing.code]) {
      return t(`errors.${failing.code}` as never, failing.params as never);
    }
    return failing.error ?? failing.message ?? failing.code;
  };
}
