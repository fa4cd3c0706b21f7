"use client";

import { Skeleton, Stack } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { preload } from "react-dom";

/** The first page of a visit takes over what the server drew; each one after it is drawn as it is. */
let begun = false;

/**
 * What is drawn in the browser alone. A page of the console is all questions to our API, so the server
 * could only draw it empty, and that took most of the time of a page; it sends the frame around it. Each
 * page has its own, not their layout: so the server waits for the page's function, and the head names the
 * page's code and what it will ask.
 * @param ahead what the page asks our API first: the browser asks it at the first bytes of the page, while it
 *   still reads the code, and hands the answer to the first `fetch` of the very same path
 */
export function InBrowser({
  ahead = [],
  children,
}: {
  ahead?: readonly string[];
  children: ReactNode;
}) {
  const [here, setHere] = useState(begun);
  useEffect(() => {
    begun = true;
    setHere(true);
  }, []);
  if (here) return children;
  // The page's code first: it is what the answers wait for.
  const ask = { as: "fetch", crossOrigin: "anonymous", fetchPriority: "low" } as const;
  for (const path of ahead) preload(path, ask);
  return (
    <Stack gap="lg" aria-hidden>
      <Skeleton h={32} w={180} />
      <Skeleton h={220} />
    </Stack>
  );
}
