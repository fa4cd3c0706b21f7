"use client";

import { Alert, Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslations } from "use-intl";
import { useFailureText } from "./failure-text";

/** Something could not be loaded or done: cause, cure, and a button to try again. */
export function FailureAlert({
  failure,
  title,
  onRetry,
}: {
  failure: unknown;
  title?: string;
  onRetry?: () => void;
}) {
  const t = useTranslations("frame");
  const text = useFailureText();
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={title ?? t("failed-title")}
      role="alert"
    >
      {text(failure)}
      {onRetry ? (
        <div>
          <Button mt="sm" size="xs" variant="default" onClick={onRetry}>
            {t("try-again")}
          </Button>
        </div>
      ) : null}
    </Alert>
  );
}
