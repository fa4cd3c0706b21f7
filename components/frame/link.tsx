"use client";

// biome-ignore lint/style/noRestrictedImports: this is the one that the others use
import NextLink from "next/link";
import { type ComponentProps, useState } from "react";

/**
 * Next's link, which fetches what it leads to when somebody comes near it. By itself it does so for every
 * link in sight: a list of jobs or a page of charts sent the server dozens of requests for pages that
 * nobody opened, while its own questions waited.
 */
export function Link({ onPointerEnter, onFocus, ...others }: ComponentProps<typeof NextLink>) {
  const [near, setNear] = useState(false);
  return (
    <NextLink
      prefetch={near ? null : false}
      onPointerEnter={(event) => {
        setNear(true);
        onPointerEnter?.(event);
      }}
      onFocus={(event) => {
        setNear(true);
        onFocus?.(event);
      }}
      {...others}
    />
  );
}
